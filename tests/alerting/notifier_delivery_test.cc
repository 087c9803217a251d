#include "tests/alerting/notifier_bench.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::notify_plan;
using Bench = lapwing::alerting::testing::NotifierBench;

namespace {

constexpr Timestamp kStart = lapwing::alerting::testing::kNotifierStart;

}  // namespace

TEST_CASE("notifier: the fallback receiver is told what another refuses") {
  Bench bench;
  bench.notifier->apply({notify_plan(R"(
route: {receiver: team, group_wait: 0s, group_interval: 1m}
receivers:
- {name: team, webhook_configs: [{url: 'http://h/'}]}
- {name: spare, webhook_configs: [{url: 'http://spare/'}]}
notifications: {fallback_receiver: spare}
)"),
                         ""});
  bench.alert(kStart + 4min);
  bench.step();
  bench.answer(400);
  bench.step();
  REQUIRE(bench.bodies.size() == 2);
  CHECK(bench.bodies[1].find("\"receiver\":\"spare\"") != std::string::npos);
  bench.answer(200);
  bench.step();
  CHECK(bench.notifier->status()[1].delivered == 1);
  CHECK(bench.notifier->status()[0].waiting == 1);
}

TEST_CASE("notifier: a receiver that is away for long gets one digest") {
  Bench bench;
  bench.step();
  const auto alert = [&](const char* name) {
    RuleUpdate update;
    update.notices = {{Labels{{"alertname", name}}, {}, kStart, kStart + 1h, ""}};
    REQUIRE(bench.notifier->post(std::move(update)));
  };
  bench.notifier->apply({notify_plan(R"(
route: {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: 'http://h/'}]}]
)"),
                         ""});
  for (const char* name : {"A", "B", "C"}) alert(name);
  for (int minute = 0; minute < 12; ++minute) {
    bench.step(1min);
    if (minute < 11) bench.answer(503);
  }
  REQUIRE(bench.bodies.back().find("lapwing/digest") != std::string::npos);
  bench.answer(200);
  bench.step();
  CHECK(bench.notifier->status()[0].waiting == 0);
  CHECK(bench.registry.counter("lapwing_notification_digests_total", "").value() == 1);
  CHECK(bench.notifier->history(HistoryKind::Notifications).size() == 3);
}
