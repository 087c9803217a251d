#include "alerting/state_store.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <limits>

#include "tests/support/small_disk.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

struct Bench {
  lapwing::testing::TemporaryDirectory folder;
  std::vector<std::string> lines;
  Log log{LogLevel::Info, [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};

  StateStore open() {
    auto store = StateStore::open(folder / "state.db", kStart, log);
    REQUIRE(store.ok());
    return std::move(*store);
  }
  StoredState reopened() { return open().take_loaded(); }
};

StoredAlert alert(const std::string& rule) {
  StoredAlert stored{rule, {}};
  stored.alert.peak = 7.5;
  stored.alert.flaps = 3;
  stored.alert.flaps_since = from_millis(5);
  stored.alert.state = AlertState::Firing;
  stored.alert.labels = Labels{{"alertname", "A"}};
  stored.alert.annotations = Labels{{"s", "ü"}};
  stored.alert.value = 1.5;
  stored.alert.active_at = kStart;
  stored.alert.fired_at = kStart + 1s;
  stored.alert.keep_firing_since = kStart + 2s;
  return stored;
}

OutboxRow row() {
  OutboxRow outbox;
  outbox.notification.key = {"team", 1, "{}:{}"};
  outbox.notification.alerts = {{Labels{{"a", "b"}}, {}, kStart, {}, ""}};
  outbox.version = 3;
  outbox.attempts = 2;
  outbox.next_attempt = kStart + 5s;
  outbox.last_error = "refused";
  outbox.failing_since = kStart + 4s;
  outbox.fallback_asked = true;
  return outbox;
}

/// An alert's new value and an entry of history.
StateChanges nth_step(int n) {
  StateChanges changes;
  changes.alerts = {alert("r")};
  changes.alerts[0].alert.value = n;
  changes.history = {{HistoryKind::Notifications, kStart + n * 1s, std::string(300, 'h')}};
  return changes;
}

}  // namespace

TEST_CASE("state store: what is written is there after a restart") {
  Bench bench;
  {
    StateStore store = bench.open();
    StateChanges changes;
    changes.alerts = {alert("r")};
    changes.outbox = {row()};
    changes.log = {{{"team", 0, "{}:{}"}, kStart, {1, 0xffffffffffffffffu}, {}}};
    changes.alive_at = kStart + 9s;
    REQUIRE(store.write(changes).ok());
  }
  const StoredState state = bench.reopened();
  REQUIRE(state.alerts.size() == 1);
  CHECK(state.alerts[0].rule == "r");
  CHECK(state.alerts[0].alert == alert("r").alert);
  REQUIRE(state.outbox.size() == 1);
  CHECK(state.outbox[0].notification.key == row().notification.key);
  CHECK(state.outbox[0].version == 3);
  CHECK(state.outbox[0].attempts == 2);
  CHECK(state.outbox[0].next_attempt == kStart + 5s);
  CHECK(state.outbox[0].last_error == "refused");
  CHECK(state.outbox[0].failing_since == kStart + 4s);
  CHECK(state.outbox[0].fallback_asked);
  REQUIRE(state.log.size() == 1);
  CHECK(state.log[0].firing == std::vector<std::uint64_t>{1, 0xffffffffffffffffu});
  CHECK(state.alive_at == kStart + 9s);
}

TEST_CASE("state store: silences are kept, changed and removed by id") {
  Bench bench;
  Silence silence;
  silence.id = Silences::random_uuid();
  silence.matchers = parse_matchers("a=b").value();
  silence.starts_at = kStart;
  silence.ends_at = kStart + 1h;
  StateChanges changes;
  changes.silences = {silence};
  REQUIRE(bench.open().write(changes).ok());
  silence.ends_at = kStart + 2h;
  changes.silences = {silence};
  REQUIRE(bench.open().write(changes).ok());
  const StoredState state = bench.reopened();
  REQUIRE(state.silences.size() == 1);
  CHECK(encode_silence(state.silences[0]) == encode_silence(silence));
  StateChanges gone;
  gone.removed_silences = {silence.id};
  changes.append(gone);
  CHECK(changes.silences.empty());
  REQUIRE(bench.open().write(changes).ok());
  CHECK(bench.reopened().silences.empty());
}

TEST_CASE("state store: rows are replaced and removed by their key") {
  Bench bench;
  StateStore store = bench.open();
  StateChanges changes;
  changes.alerts = {alert("r"), alert("r"), alert("s")};
  changes.outbox = {row()};
  REQUIRE(store.write(changes).ok());
  StateChanges gone;
  gone.forgotten_alerts = {{"r", alert("r").alert.labels}};
  gone.removed_outbox = {row().notification.key};
  REQUIRE(store.write(gone).ok());
  const StoredState state = bench.reopened();
  REQUIRE(state.alerts.size() == 1);
  CHECK(state.alerts[0].rule == "s");
  CHECK(state.outbox.empty());
}

TEST_CASE("state store: a value that is no number is stored all the same") {
  Bench bench;
  StateChanges changes;
  changes.alerts = {alert("r")};
  changes.alerts[0].alert.value = std::numeric_limits<double>::quiet_NaN();
  REQUIRE(bench.open().write(changes).ok());
  CHECK(bench.reopened().alerts.size() == 1);
}

TEST_CASE("state store: a damaged file is set aside and reported") {
  Bench bench;
  bench.folder.write("state.db", std::string(8192, 'x'));
  StateStore store = bench.open();
  CHECK(store.trouble().find("set aside") != std::string::npos);
  CHECK(bench.lines.size() == 1);
  CHECK(std::filesystem::exists(bench.folder / "state.db.damaged-1700000000000"));
  StateChanges changes;
  changes.alerts = {alert("r")};
  CHECK(store.write(changes).ok());
}

TEST_CASE("state store: a folder that is not there is Unavailable") {
  Bench bench;
  const auto store = StateStore::open(bench.folder / "none/state.db", kStart, bench.log);
  REQUIRE_FALSE(store.ok());
  CHECK(store.error().kind == ErrorKind::Unavailable);
}

TEST_CASE("state store: alerts of others and history are kept") {
  Bench bench;
  StateChanges changes;
  changes.notices = {
      {{Labels{{"a", "b"}}, Labels{{"s", "t"}}, kStart, kStart + 1min, "http://g"}, kStart + 1s}};
  changes.history = {{HistoryKind::Alerts, kStart, "{}"},
                     {HistoryKind::DeadLetters, kStart, "{\"d\":1}"},
                     {HistoryKind::Alerts, kStart + 1s, "{\"a\":2}"}};
  REQUIRE(bench.open().write(changes).ok());
  StoredState state = bench.reopened();
  REQUIRE(state.notices.size() == 1);
  CHECK(state.notices[0].notice.labels == Labels{{"a", "b"}});
  CHECK(state.notices[0].notice.ends_at == kStart + 1min);
  CHECK(state.notices[0].notice.generator_url == "http://g");
  REQUIRE(state.history.size() == 3);
  CHECK(state.history[1].body == "{\"a\":2}");
  StateChanges gone;
  gone.removed_notices = {Labels{{"a", "b"}}};
  for (std::size_t i = 0; i < kHistoryLimit; ++i)
    gone.history.push_back({HistoryKind::Alerts, kStart, "{}"});
  REQUIRE(bench.open().write(gone).ok());
  state = bench.reopened();
  CHECK(state.notices.empty());
  CHECK(state.history.size() == kHistoryLimit + 1);
}

TEST_CASE("state store: room for it is kept beside it") {
  Bench bench;
  StateStore store = bench.open();
  CHECK(std::filesystem::file_size(bench.folder / "state.db.reserve") == kReserveBytes);
  CHECK(store.reserved_bytes() == kReserveBytes);
}

TEST_CASE("state store: on a disk that others keep full a thousand commits are kept") {
  const testing::SmallDisk disk(4 << 20);
  if (!disk.mounted()) return;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  {
    auto store = StateStore::open(disk / "state.db", kStart, log);
    REQUIRE(store);
    for (int i = 0; i < 1000; ++i) {
      disk.fill();  // Whatever a commit has left is gone before the next.
      REQUIRE(store->write(nth_step(i)));
    }
    // The log's room is used again and again: only what there is more of has cost any.
    CHECK(store->reserved_bytes() < kReserveBytes);
    CHECK(store->reserved_bytes() > kReserveBytes / 4);
  }
  disk.fill();
  auto again = StateStore::open(disk / "state.db", kStart, log);
  REQUIRE(again);
  const StoredState state = again->take_loaded();
  REQUIRE(state.alerts.size() == 1);
  CHECK(state.alerts[0].alert.value == 999);
  CHECK(state.history.size() == 1000);
  disk.empty();
  REQUIRE(again->write(nth_step(1000)));
  CHECK(again->reserved_bytes() == kReserveBytes);
}

TEST_CASE(
    "state store: without a reserve a full disk is Unavailable, and nothing is half written") {
  const testing::SmallDisk disk(4 << 20);
  if (!disk.mounted()) return;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  auto store = StateStore::open(disk / "state.db", kStart, log);
  REQUIRE(store);
  StateChanges flood;
  for (int i = 0; i < 2000; ++i)
    flood.history.push_back({HistoryKind::Alerts, kStart, std::string(2000, 'x')});
  disk.fill();
  const auto done = store->write(flood);  // 4 MB do not fit into the reserve.
  REQUIRE_FALSE(done);
  CHECK(done.error().kind == ErrorKind::Unavailable);
  CHECK(store->reserved_bytes() == 0);
  disk.empty();
  REQUIRE(store->write(nth_step(0)));
  CHECK(store->reserved_bytes() == kReserveBytes);
  CHECK(StateStore::open(disk / "state.db", kStart, log)->take_loaded().history.size() == 1);
}

TEST_CASE("state store: a value that is no number comes back as none") {
  const testing::TemporaryDirectory folder;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  const std::string path = folder / "state.db";
  {
    auto store = StateStore::open(path, {}, log);
    REQUIRE(store.ok());
    StateChanges changes;
    changes.alerts.push_back(alert("r"));
    changes.alerts.back().alert.value = std::numeric_limits<double>::quiet_NaN();
    changes.alerts.back().alert.recovered = 2;
    REQUIRE(store->write(changes).ok());
  }
  const auto state = StateStore::open(path, {}, log)->take_loaded();
  REQUIRE(state.alerts.size() == 1);
  CHECK(std::isnan(state.alerts[0].alert.value));
  CHECK(state.alerts[0].alert.recovered == 2);
  CHECK(state.alerts[0].alert.flaps == 3);
}
