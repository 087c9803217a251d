#include "alerting/alerting.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"
#include "tests/alerting/rules.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr std::string_view kRules = R"(
groups: [{name: g, interval: 1s, rules: [{alert: High, expr: x > 5, for: 3s}]}]
)";
constexpr std::string_view kPlan = R"(
route: {receiver: team, group_wait: 0s, group_interval: 2s}
receivers: [{name: team, webhook_configs: [{url: 'http://h/'}]}]
)";

struct Bench {
  lapwing::testing::TemporaryDirectory folder;
  lapwing::testing::FakeClock clock{from_millis(1'700'000'000'000)};
  lapwing::testing::MemoryStore store;
  promql::Engine engine{{}, clock};
  Watermark watermark;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::vector<std::string> bodies;
  std::unique_ptr<Alerting> alerting;

  Bench() { start(folder / "state.db"); }

  void start(const std::string& state_path) {
    alerting.reset();
    const RulesContext rules{store, store, engine, watermark, clock, log, registry};
    const HttpSender http = [this](http::ClientRequest request, const http::ClientCallback& done) {
      bodies.push_back(request.body);
      http::ClientResponse response;
      response.status = 200;
      done(response);
    };
    alerting = std::make_unique<Alerting>(AlertingContext{rules, http}, state_path);
    alerting->apply({lapwing::testing::rule_groups(kRules),
                     {},
                     lapwing::testing::notify_plan(kPlan),
                     "http://lapwing"});
    alerting->step_rules(clock.now());
  }

  void tick(double x) {
    clock.advance(1s);
    store.add(Labels{{"__name__", "x"}}, clock.now(), x);
    watermark.advance(clock.now());
    alerting->step_rules(clock.now());
    for (int i = 0; i < 2; ++i) {  // Decided and written; sent and written.
      alerting->step_dispatch(clock.now());
      alerting->step_state(clock.now());
    }
  }
};

}  // namespace

TEST_CASE("alerting: from the condition to the receiver and back, over restarts") {
  Bench bench;
  bench.tick(6);
  bench.tick(6);
  REQUIRE(bench.alerting->status()->groups.at(0).rules.at(0).state == AlertState::Pending);
  bench.start(bench.folder / "state.db");
  bench.tick(6);
  CHECK(bench.bodies.empty());
  bench.tick(6);
  REQUIRE(bench.bodies.size() == 1);
  CHECK(bench.bodies[0].find("\"status\":\"firing\"") != std::string::npos);
  bench.tick(6);
  bench.start(bench.folder / "state.db");
  for (int i = 0; i < 5; ++i) bench.tick(6);
  CHECK(bench.bodies.size() == 1);
  for (int i = 0; i < 3; ++i) bench.tick(1);
  REQUIRE(bench.bodies.size() == 2);
  CHECK(bench.bodies[1].find("\"status\":\"resolved\"") != std::string::npos);
  CHECK(bench.alerting->status()->receivers.at(0).delivered == 1);
}

TEST_CASE("alerting: after an outage past the tolerance `for` begins anew") {
  Bench bench;
  bench.tick(6);
  bench.tick(6);
  bench.clock.advance(2h);
  bench.start(bench.folder / "state.db");
  bench.tick(6);
  bench.tick(6);
  bench.tick(6);
  CHECK(bench.alerting->status()->groups.at(0).rules.at(0).state == AlertState::Pending);
  bench.tick(6);
  CHECK(bench.alerting->status()->groups.at(0).rules.at(0).state == AlertState::Firing);
}

TEST_CASE("alerting: without state.db it runs on in memory and says so") {
  Bench bench;
  bench.start(bench.folder / "missing/state.db");
  CHECK(bench.alerting->trouble().find("memory only") != std::string::npos);
  for (int i = 0; i < 4; ++i) bench.tick(6);
  CHECK(bench.bodies.size() == 1);
}
