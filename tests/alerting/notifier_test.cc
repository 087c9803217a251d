#include "alerting/notifier.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::notify_plan;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

constexpr std::string_view kPlan = R"(
route: {receiver: team, group_wait: 0s, group_interval: 1m}
receivers: [{name: team, webhook_configs: [{url: 'http://h/'}]}]
)";

/// A receiver whose answers the test gives.
struct Bench {
  lapwing::testing::TemporaryDirectory folder;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::vector<std::string> bodies;
  std::vector<http::ClientCallback> waiting;
  int woken = 0;
  Timestamp now = kStart;
  std::unique_ptr<Notifier> notifier;

  Bench() { start(); }

  void start() {
    notifier.reset();
    auto store = StateStore::open(folder / "state.db", now, log);
    REQUIRE(store.ok());
    StoredState state = store->take_loaded();
    notifier = std::make_unique<Notifier>(
        [this](http::ClientRequest request, http::ClientCallback done) {
          bodies.push_back(request.body);
          waiting.push_back(std::move(done));
        },
        std::move(*store), std::move(state), log, registry);
    notifier->on_wake([this] { ++woken; });
    notifier->apply({notify_plan(kPlan), "http://lapwing"});
  }

  void alert(Timestamp ends_at) {
    RuleUpdate update;
    update.notices = {{Labels{{"alertname", "A"}}, {}, kStart, ends_at, ""}};
    REQUIRE(notifier->post(std::move(update)));
  }

  void answer(int status) {
    REQUIRE_FALSE(waiting.empty());
    http::ClientResponse response;
    response.status = status;
    auto done = std::move(waiting.front());
    waiting.erase(waiting.begin());
    done(response);
  }

  Timestamp step(Duration wait = {}) {
    now += wait;
    return notifier->step(now);
  }
};

}  // namespace

TEST_CASE("notifier: an alert is sent within the step that sees it, its end later") {
  Bench bench;
  bench.step();
  bench.woken = 0;
  bench.alert(kStart + 4min);
  CHECK(bench.woken == 1);
  bench.step();
  REQUIRE(bench.bodies.size() == 1);
  CHECK(bench.bodies[0].find("\"status\":\"firing\"") != std::string::npos);
  CHECK(bench.bodies[0].find("\"externalURL\":\"http://lapwing\"") != std::string::npos);
  bench.answer(200);
  CHECK(bench.woken == 2);
  bench.step();
  REQUIRE(bench.notifier->status().size() == 1);
  CHECK(bench.notifier->status()[0].delivered == 1);
  CHECK(bench.notifier->status()[0].waiting == 0);
  bench.alert(kStart + 1s);
  bench.step(1min);
  REQUIRE(bench.bodies.size() == 2);
  CHECK(bench.bodies[1].find("\"status\":\"resolved\"") != std::string::npos);
}

TEST_CASE("notifier: a receiver that is down is tried again until it answers") {
  Bench bench;
  bench.alert(kStart + 4min);
  bench.step();
  bench.answer(503);
  const Timestamp next = bench.step();
  CHECK(next > bench.now);
  CHECK(next <= bench.now + 1s);
  CHECK(bench.notifier->status()[0].failed == 1);
  CHECK(bench.notifier->status()[0].waiting == 1);
  CHECK(bench.notifier->status()[0].last_error == "unexpected status code 503");
  bench.step(next - bench.now);
  REQUIRE(bench.bodies.size() == 2);
  CHECK(bench.bodies[0] == bench.bodies[1]);
  bench.answer(200);
  bench.step();
  CHECK(bench.notifier->status()[0].waiting == 0);
  CHECK(bench.notifier->status()[0].last_error.empty());
}

TEST_CASE("notifier: what was accepted and not delivered is sent after a restart") {
  Bench bench;
  bench.alert(kStart + 4min);
  bench.step();
  REQUIRE(bench.bodies.size() == 1);
  bench.start();  // The answer never came.
  bench.step();
  REQUIRE(bench.bodies.size() == 2);
  CHECK(bench.bodies[0] == bench.bodies[1]);
  bench.waiting.erase(bench.waiting.begin());
  bench.answer(200);
  bench.step();
  SECTION("and what was delivered is not sent again") {
    bench.start();
    bench.alert(bench.now + 4min);
    bench.step();
    CHECK(bench.bodies.size() == 2);
  }
}

TEST_CASE("notifier: an answer that comes after the notifier has gone harms nothing") {
  Bench bench;
  bench.alert(kStart + 4min);
  bench.step();
  bench.notifier.reset();
  bench.answer(200);
  CHECK(bench.bodies.size() == 1);
}

TEST_CASE("notifier: rows of a receiver that is no more are dropped and counted") {
  Bench bench;
  bench.alert(kStart + 4min);
  bench.step();
  bench.answer(503);
  bench.step();
  bench.notifier->apply({notify_plan("receivers: []"), ""});
  bench.step(10s);
  CHECK(bench.bodies.size() == 1);
  CHECK(bench.registry.counter("lapwing_alerts_dropped_total", "").value() == 1);
}

TEST_CASE("notifier: a silence holds at once, is seen by the API, and outlives a restart") {
  Bench bench;
  bench.step();
  bench.woken = 0;
  Silence silence;
  silence.matchers = parse_matchers("alertname=A").value();
  silence.starts_at = kStart;
  silence.ends_at = kStart + 1h;
  const auto id = bench.notifier->set_silence(silence, bench.now);
  REQUIRE(id);
  CHECK(bench.woken == 1);
  bench.alert(kStart + 4min);
  bench.step();
  CHECK(bench.bodies.empty());
  NotifyStatus status = bench.notifier->alerts(bench.now);
  REQUIRE(status.alerts.size() == 1);
  CHECK(status.alerts[0].silenced_by == std::vector<std::string>{*id});
  bench.start();
  REQUIRE(bench.notifier->silences(bench.now).size() == 1);
  CHECK(bench.notifier->silences(bench.now)[0].id == *id);
  REQUIRE(bench.notifier->expire_silence(*id, bench.now));
  CHECK(bench.notifier->expire_silence("nobody", bench.now).error().kind == ErrorKind::NoData);
  bench.alert(kStart + 4min);
  bench.step();
  CHECK(bench.bodies.size() == 1);
}
