#include "tests/alerting/notifier_bench.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::notify_plan;
using Bench = lapwing::alerting::testing::NotifierBench;

namespace {

constexpr Timestamp kStart = lapwing::alerting::testing::kNotifierStart;

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
  bench.woken = 0;
  bench.answer(200);
  CHECK(bench.woken == 1);
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

TEST_CASE("notifier: a notification waits for its row, a second at most") {
  Bench bench;
  bench.alert(kStart + 4min);
  bench.notifier->step(bench.now);  // The disk hangs: step_state() does not come.
  CHECK(bench.bodies.empty());
  bench.notifier->step(bench.now + 999ms);
  CHECK(bench.bodies.empty());
  bench.notifier->step(bench.now + 1s);
  CHECK(bench.bodies.size() == 1);
  CHECK(bench.registry.counter("lapwing_notifications_unrecorded_total", "").value() == 1);
  // It is recorded when the disk is back: a restart tells nobody again.
  bench.answer(200);
  bench.notifier->step(bench.now + 1s);
  bench.notifier->step_state(bench.now + 2s);
  bench.start();
  bench.alert(kStart + 4min);
  bench.step(3s);
  CHECK(bench.bodies.size() == 1);
}

TEST_CASE("notifier: alerts of others outlive a restart, for as long as they had left") {
  Bench bench;
  RuleUpdate update;
  update.from_outside = true;
  update.notices = {{Labels{{"alertname", "Theirs"}}, {}, kStart, kStart + 1min, ""}};
  bench.notifier->post(update);
  bench.step();
  bench.answer(200);
  bench.step();
  bench.now += 10min;
  bench.start();
  bench.step();
  REQUIRE(bench.notifier->alerts(bench.now).alerts.size() == 1);
  CHECK(bench.notifier->alerts(bench.now).alerts[0].ends_at == kStart + 11min);
  CHECK(bench.bodies.size() == 1);
  bench.step(2min);
  REQUIRE(bench.bodies.size() == 2);
  CHECK(bench.bodies[1].find("\"status\":\"resolved\"") != std::string::npos);
}

TEST_CASE("notifier: history has alerts, receipts and dead letters, also after a restart") {
  Bench bench;
  RuleUpdate update;
  StoredAlert stored{"r", {}};
  stored.alert.state = AlertState::Firing;
  stored.alert.labels = Labels{{"alertname", "A"}};
  stored.alert.fired_at = kStart;
  update.changed = {stored, stored};
  update.notices = {{stored.alert.labels, {}, kStart, kStart + 4min, ""}};
  bench.notifier->post(update);
  bench.step();
  bench.answer(200);
  bench.step();
  bench.start();
  const auto alerts = bench.notifier->history(HistoryKind::Alerts);
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].body.find("\"state\":\"firing\"") != std::string::npos);
  const auto told = bench.notifier->history(HistoryKind::Notifications);
  REQUIRE(told.size() == 1);
  CHECK(told[0].body.find("\"outcome\":\"delivered\"") != std::string::npos);
  bench.alert(bench.now + 1h);
  bench.alert(bench.now);  // It ends: news.
  bench.step(1min);
  bench.answer(503);
  bench.step(1min);
  bench.notifier->apply({notify_plan("receivers: []"), ""});
  bench.step(10s);
  const auto dead = bench.notifier->history(HistoryKind::DeadLetters);
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].body.find("\"notification\":{") != std::string::npos);
}
