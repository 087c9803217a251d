#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

alerting::AlertingStatus example() {
  using alerting::AlertState;
  using alerting::RuleStatus;
  const alerting::AlertStatus firing{
      .state = AlertState::Firing,
      .labels = {{"alertname", "HostDown"}, {"instance", "host-a"}, {"severity", "page"}},
      .annotations = {{"summary", "host-a is down"}},
      .active_at = testing::kNow - 90500ms,
      .fired_at = testing::kNow - 30s,
      .value = 0};
  const alerting::AlertStatus pending{.state = AlertState::Pending,
                                      .labels = {{"alertname", "Slow"}},
                                      .active_at = testing::kNow - 5s,
                                      .value = 1234.5};
  const alerting::AlertStatus over{.state = AlertState::Inactive, .labels = {{"gone", "1"}}};
  alerting::GroupStatus hosts{.name = "hosts",
                              .file = "/etc/lapwing/rules/hosts.yml",
                              .interval = 1500ms,
                              .limit = 10,
                              .last_evaluation = testing::kNow,
                              .last_duration_seconds = 0.000321};
  hosts.rules = {{.kind = RuleStatus::Kind::Alerting,
                  .name = "HostDown",
                  .expression = "up == 0",
                  .hold_for = 60s,
                  .keep_firing_for = 300s,
                  .labels = {{"severity", "page"}},
                  .annotations = {{"summary", "{{ $labels.instance }} is down"}},
                  .state = AlertState::Firing,
                  .alerts = {firing, over},
                  .health = alerting::RuleHealth::Ok,
                  .last_evaluation = testing::kNow,
                  .last_duration_seconds = 0.0001},
                 {.kind = RuleStatus::Kind::Recording,
                  .name = "job:up:sum",
                  .expression = "sum by (job) (up)",
                  .labels = {{"team", "infra"}},
                  .health = alerting::RuleHealth::Error,
                  .last_error = "vector contains metrics with the same labelset",
                  .last_evaluation = testing::kNow},
                 {.kind = RuleStatus::Kind::Recording, .name = "bare", .expression = "up"}};
  alerting::GroupStatus slow{.name = "slow", .file = "builtin/slow.yml", .interval = 60s};
  slow.rules = {{.name = "Slow",
                 .expression = "latency > 1",
                 .state = AlertState::Pending,
                 .alerts = {pending}}};
  return {.groups = {hosts, {.name = "empty", .file = "builtin/empty.yml"}, slow}};
}

TEST_CASE("rules and alerts answer as Prometheus does") {
  testing::Fixture fixture;
  *fixture.around.alerting = example();
  fixture.check_golden("rules");
}

TEST_CASE("rules: a page's token leads to the next page, the last page has none") {
  testing::Fixture fixture;
  *fixture.around.alerting = example();
  const std::string first = fixture.ask("GET", "/api/v1/rules?group_limit=1").body;
  const std::string key = "\"groupNextToken\":\"";
  const std::size_t at = first.find(key);
  REQUIRE(at != std::string::npos);
  const std::string token =
      first.substr(at + key.size(), first.find('"', at + key.size()) - at - key.size());
  const std::string second =
      fixture.ask("GET", "/api/v1/rules?group_limit=1&group_next_token=" + token).body;
  CHECK(first.find("\"name\":\"slow\"") == std::string::npos);
  CHECK(second.find("\"name\":\"slow\"") != std::string::npos);
  CHECK(second.find(key) == std::string::npos);
}

}  // namespace
}  // namespace lapwing::dashboard
