#include "alerting/notify/dispatcher.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::notify_plan;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

constexpr std::string_view kPlan = R"(
route: {receiver: team, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 5m}
receivers: [{name: team, webhook_configs: [{url: 'http://h/'}]}]
inhibit_rules: [{source_matchers: [alertname=Root], target_matchers: [alertname=Leaf]}]
)";

AlertNotice firing(const std::string& name, const std::string& i, Timestamp at) {
  return {Labels{{"alertname", name}, {"i", i}}, {}, at, at + 4min, ""};
}

AlertNotice resolved(AlertNotice notice, Timestamp at) {
  notice.ends_at = at;
  return notice;
}

struct Bench {
  Dispatcher dispatcher;
  Timestamp now = kStart;

  explicit Bench(std::vector<NotificationLogEntry> log = {}, std::string_view plan = kPlan)
      : dispatcher(std::move(log)) {
    dispatcher.apply(notify_plan(plan), now);
  }
  void observe(const AlertNotice& notice) { dispatcher.observe({&notice, 1}, now); }
  std::vector<Notification> after(Duration wait) {
    now += wait;
    return dispatcher.due(now).notifications;
  }
};

}  // namespace

TEST_CASE("dispatcher: a group waits group_wait, then tells all its alerts in order") {
  Bench bench;
  bench.observe(firing("A", "2", kStart));
  bench.observe(firing("A", "1", kStart));
  bench.observe(firing("B", "1", kStart));
  CHECK(bench.dispatcher.next() == kStart + 10s);
  CHECK(bench.after(9s).empty());
  const auto told = bench.after(1s);
  REQUIRE(told.size() == 2);
  CHECK(told[0].key.group_key == "{}:{alertname=\"A\"}");
  REQUIRE(told[0].alerts.size() == 2);
  CHECK(told[0].alerts[0].labels.get("i") == "1");
  CHECK(told[0].alerts[0].ends_at == Timestamp{});
  CHECK(told[0].firing.size() == 2);
}

TEST_CASE("dispatcher: an alert older than group_wait is told at once") {
  Bench bench;
  bench.observe(firing("A", "1", kStart - 11s));
  CHECK(bench.dispatcher.next() == kStart);
  CHECK(bench.after(0s).size() == 1);
}

TEST_CASE("dispatcher: nothing new is told only after repeat_interval, on a group_interval tick") {
  Bench bench;
  bench.observe(firing("A", "1", kStart));
  const auto told = bench.after(10s);
  REQUIRE(told.size() == 1);
  bench.dispatcher.delivered(told[0], bench.now);
  int repeats = 0;
  for (int minute = 1; minute <= 6; ++minute) {
    bench.observe(firing("A", "1", kStart));
    bench.observe({firing("A", "1", kStart).labels, {}, kStart, bench.now + 10min, ""});
    const auto again = bench.after(1min);
    if (minute < 6) CHECK(again.empty());
    repeats += int(again.size());
  }
  CHECK(repeats == 1);
}

TEST_CASE("dispatcher: a new alert in the group is told at the next group_interval") {
  Bench bench;
  bench.observe(firing("A", "1", kStart));
  bench.dispatcher.delivered(bench.after(10s).at(0), bench.now);
  bench.observe(firing("A", "2", bench.now));
  CHECK(bench.after(59s).empty());
  CHECK(bench.after(1s).at(0).alerts.size() == 2);
}

TEST_CASE("dispatcher: a resolved alert is told with the others, then leaves the group") {
  Bench bench;
  const auto one = firing("A", "1", kStart);
  bench.observe(one);
  bench.observe({firing("A", "2", kStart).labels, {}, kStart, kStart + 1h, ""});
  bench.dispatcher.delivered(bench.after(10s).at(0), bench.now);
  bench.observe(resolved(one, bench.now + 1s));
  const auto told = bench.after(1min);
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].alerts.size() == 2);
  CHECK(told[0].alerts[0].resolved());
  CHECK_FALSE(told[0].alerts[1].resolved());
  bench.dispatcher.delivered(told[0], bench.now);
  CHECK(bench.after(1min).empty());
  CHECK(bench.dispatcher.group_count() == 1);
}

TEST_CASE("dispatcher: a notification says why it is told, in Alertmanager's words") {
  Bench bench;
  // What comes of letting `wait` pass; it is delivered.
  const auto reason = [&](Duration wait) -> std::string {
    const auto told = bench.after(wait);
    if (told.size() != 1) return std::to_string(told.size()) + " notifications";
    bench.dispatcher.delivered(told[0], bench.now);
    return told[0].reason;
  };
  const auto first = firing("A", "1", kStart);
  const AlertNotice second{firing("A", "2", kStart).labels, {}, kStart, kStart + 1h, ""};
  bench.observe(first);
  CHECK(reason(10s) == "first notification");
  bench.observe(second);
  CHECK(reason(1min) == "new alerts added");
  bench.observe(resolved(first, bench.now));
  CHECK(reason(1min) == "some alerts resolved");
  for (int minute = 1; minute <= 5; ++minute) CHECK(bench.after(1min).empty());
  CHECK(reason(1min) == "repeat interval elapsed");
  bench.observe(resolved(second, bench.now));
  CHECK(reason(1min) == "all alerts resolved");
  bench.observe({first.labels, {}, bench.now, bench.now + 1h, ""});
  CHECK(reason(1min) == "first notification");
}

TEST_CASE("dispatcher: a group whose alerts have all ended is gone once that is told") {
  // Alertmanager 0.33 tells an alert that comes back 2 s after the end's notification at once.
  Bench bench;
  const auto one = firing("A", "1", kStart);
  bench.observe(one);
  bench.dispatcher.delivered(bench.after(10s).at(0), bench.now);
  bench.observe(resolved(one, bench.now + 1s));
  const auto end = bench.after(1min).at(0);
  CHECK(bench.dispatcher.group_count() == 1);  // The end is not told yet.
  bench.dispatcher.delivered(end, bench.now);
  CHECK(bench.dispatcher.group_count() == 0);
  bench.now += 2s;
  bench.observe(firing("A", "1", bench.now));
  CHECK(bench.after(9s).empty());
  CHECK(bench.after(1s).at(0).reason == "first notification");
}

TEST_CASE("dispatcher: a group that only ever held resolved alerts stays silent") {
  Bench bench;
  const auto one = firing("A", "1", kStart);
  bench.observe(one);
  bench.observe(resolved(one, kStart + 1s));
  CHECK(bench.after(10s).empty());
  CHECK(bench.after(1min).empty());
  CHECK(bench.dispatcher.group_count() == 0);
}

TEST_CASE("dispatcher: an alert that is not told again resolves by itself") {
  Bench bench;
  bench.observe(firing("A", "1", kStart));
  bench.dispatcher.delivered(bench.after(10s).at(0), bench.now);
  std::vector<Notification> told;
  for (int minute = 0; minute < 4 && told.empty(); ++minute) told = bench.after(1min);
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].any_firing());
}

TEST_CASE("dispatcher: what a restart finds in the log is not told twice") {
  Bench before;
  before.observe(firing("A", "1", kStart));
  const auto entry = before.dispatcher.delivered(before.after(10s).at(0), before.now);
  Bench after({entry});
  after.now = before.now + 5s;
  after.observe(firing("A", "1", kStart));
  CHECK(after.after(0s).empty());
  after.observe(resolved(firing("A", "1", kStart), after.now + 1s));
  const auto told = after.after(1min);
  REQUIRE(told.size() == 1);
  CHECK(told[0].alerts.at(0).resolved());
}

TEST_CASE("dispatcher: what waits for delivery is replaced by the present state") {
  Bench bench;
  const auto one = firing("A", "1", kStart);
  bench.observe(one);
  REQUIRE(bench.after(10s).size() == 1);  // Never delivered.
  bench.observe(resolved(one, bench.now + 1s));
  const auto told = bench.after(1min);
  REQUIRE(told.size() == 1);
  CHECK(told[0].alerts.at(0).resolved());
}

TEST_CASE("dispatcher: a receiver that does not want ends is not told of them") {
  Bench bench({}, R"(
route: {receiver: team, group_wait: 0s, group_interval: 1m}
receivers: [{name: team, webhook_configs: [{url: 'http://h/', send_resolved: false}]}]
)");
  const auto one = firing("A", "1", kStart);
  bench.observe(one);
  bench.dispatcher.delivered(bench.after(0s).at(0), bench.now);
  bench.observe(resolved(one, bench.now + 1s));
  bench.now += 1min;
  const auto due = bench.dispatcher.due(bench.now);
  CHECK(due.notifications.empty());
  CHECK(due.logged.size() == 1);
}

TEST_CASE("dispatcher: an inhibited alert is not told while its source fires") {
  Bench bench;
  bench.observe(firing("Root", "1", kStart));
  bench.observe(firing("Leaf", "1", kStart));
  const auto told = bench.after(10s);
  REQUIRE(told.size() == 1);
  CHECK(told[0].alerts.at(0).labels.get("alertname") == "Root");
  bench.observe(resolved(firing("Root", "1", kStart), bench.now));
  const auto later = bench.after(1min);
  CHECK(std::any_of(later.begin(), later.end(), [](const Notification& n) {
    return n.alerts.at(0).labels.get("alertname") == "Leaf";
  }));
}

TEST_CASE("dispatcher: without a route nobody is told, a new plan takes up what fires") {
  Bench bench({}, "receivers: []");
  bench.observe(firing("A", "1", kStart));
  CHECK(bench.after(1min).empty());
  bench.dispatcher.apply(notify_plan(kPlan), bench.now);
  CHECK(bench.after(0s).size() == 1);
}

TEST_CASE("dispatcher: a silenced alert is not told, and told again when the silence has ended") {
  Bench bench;
  Silences silences;
  Silence silence;
  silence.matchers = parse_matchers("i=1").value();
  silence.starts_at = kStart;
  silence.ends_at = kStart + 90s;
  REQUIRE(silences.set(silence, kStart));
  bench.observe(firing("A", "1", kStart));
  bench.observe(firing("A", "2", kStart));
  bench.now += 10s;
  auto told = bench.dispatcher.due(bench.now, silences).notifications;
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].alerts.size() == 1);
  CHECK(told[0].alerts[0].labels.get("i") == "2");
  bench.dispatcher.delivered(told[0], bench.now);
  const NotifyStatus status = bench.dispatcher.status(bench.now, silences);
  REQUIRE(status.alerts.size() == 2);
  CHECK(status.alerts[0].suppressed() != status.alerts[1].suppressed());
  bench.now += 1min;
  CHECK(bench.dispatcher.due(bench.now, silences).notifications.empty());
  bench.now += 1min;
  told = bench.dispatcher.due(bench.now, silences).notifications;
  REQUIRE(told.size() == 1);
  CHECK(told[0].alerts.size() == 2);
}

TEST_CASE("dispatcher: a muted route says nothing, and its group shows by what it is muted") {
  Bench bench({}, R"(
route:
  receiver: team
  routes: [{receiver: team, matchers: [alertname=A], group_wait: 0s, group_interval: 1m, mute_time_intervals: [now]}]
receivers: [{name: team, webhook_configs: [{url: 'http://h/'}]}]
time_intervals: [{name: now, time_intervals: [{years: ['2023']}]}]
)");
  bench.observe(firing("A", "1", kStart));
  CHECK(bench.after(0s).empty());
  const NotifyStatus status = bench.dispatcher.status(bench.now, Silences());
  REQUIRE(status.groups.size() == 1);
  CHECK(status.groups[0].muted_by == std::vector<std::string>{"now"});
  CHECK(status.groups[0].receiver == "team");
  CHECK(status.alerts[0].receivers == std::vector<std::string>{"team"});
}

TEST_CASE("dispatcher: the status names who inhibits, and leaves out what has ended") {
  Bench bench;
  const AlertNotice leaf = firing("Leaf", "1", kStart);
  bench.observe(leaf);
  bench.observe(firing("Root", "1", kStart));
  NotifyStatus status = bench.dispatcher.status(bench.now, Silences());
  REQUIRE(status.alerts.size() == 2);
  for (const NotifyAlert& alert : status.alerts)
    CHECK(alert.inhibited_by.size() == (alert.labels.get("alertname") == "Leaf" ? 1 : 0));
  bench.observe(resolved(leaf, kStart));
  status = bench.dispatcher.status(bench.now, Silences());
  CHECK(status.alerts.size() == 1);
  CHECK(status.groups.size() == 1);
}
