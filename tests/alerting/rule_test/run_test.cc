#include "alerting/rule_test/run.h"

#include <catch2/catch.hpp>

#include "alerting/rule_file.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr std::string_view kRules = R"(
groups:
  - name: second
    rules:
      - {record: twice, expr: once * 2}
  - name: first
    rules:
      - {record: once, expr: 'up + 1'}
      - alert: Down
        expr: up == 0
        for: 2m
        labels: {severity: page}
        annotations: {summary: '{{ $labels.job }} is down'}
)";

std::vector<TestFailure> run(const std::string& tests, std::string_view head = "") {
  config::Diagnostics diagnostics;
  const ScenarioFile file =
      parse_scenario_file("f.test.yml", std::string(head) + "\ntests:\n" + tests, diagnostics);
  for (const auto& entry : diagnostics.errors()) UNSCOPED_INFO(entry.message);
  REQUIRE(diagnostics.ok());
  const auto groups = parse_rule_file("rules.yml", kRules, {}, diagnostics);
  REQUIRE(diagnostics.ok());
  REQUIRE(file.scenarios.size() == 1);
  return run_scenario(file, file.scenarios[0], groups);
}

constexpr const char* kInput =
    "- input_series: [{series: 'up{job=\"x\"}', values: '1 0 0 0 0 1'}]\n";
constexpr const char* kFiring =
    "[{exp_labels: {job: x, severity: page}, exp_annotations: {summary: 'x is down'}}]";

}  // namespace

TEST_CASE("rule test: an alert fires when its time has come, not before, not after its end") {
  CHECK(run(std::string(kInput) + "  alert_rule_test:\n  - {eval_time: 2m, alertname: Down}\n" +
            "  - {eval_time: 3m, alertname: Down, exp_alerts: " + kFiring + "}\n" +
            "  - {eval_time: 3m30s, alertname: Down, exp_alerts: " + kFiring + "}\n" +
            "  - {eval_time: 5m, alertname: Down, exp_alerts: []}\n")
            .empty());
}

TEST_CASE("rule test: a wrong expectation fails with what was expected and what came") {
  const auto failures =
      run(std::string(kInput) +
          "  alert_rule_test:\n"
          "  - {eval_time: 3m, alertname: Down}\n"
          "  - {eval_time: 1m, alertname: Down, exp_alerts: [{exp_labels: {a: b}}]}\n");
  REQUIRE(failures.size() == 2);
  CHECK(failures[0].what == "alert Down at 1m");
  CHECK(failures[0].got.empty());
  CHECK(failures[1].what == "alert Down at 3m");
  CHECK(failures[1].expected.empty());
  REQUIRE(failures[1].got.size() == 1);
  CHECK(failures[1].got[0].find("x is down") != std::string::npos);
  CHECK(failures[0].place.line > 0);
}

TEST_CASE("rule test: recorded series are there for queries; groups run in the order asked for") {
  const std::string query =
      "  promql_expr_test: [{expr: twice, eval_time: 0m, exp_samples: [{labels: "
      "'twice{job=\"x\"}', value: 4}]}]\n";
  CHECK(run(kInput + query, "group_eval_order: [first, second]").empty());
  // In the file's order `twice` sees `once` only at the next evaluation.
  CHECK(run(kInput + query).size() == 1);
}

TEST_CASE("rule test: a scalar is a sample without labels; fuzzy values may differ a little") {
  CHECK(run("- promql_expr_test: [{expr: '1 + 1', exp_samples: [{value: 2}]}]\n").empty());
  const std::string third =
      "- promql_expr_test: [{expr: '1 / 3', exp_samples: [{value: 0.3333333}]}]\n";
  CHECK(run(third).size() == 1);
  CHECK(run(third, "fuzzy_compare: true").empty());
}

TEST_CASE("rule test: samples of the future are not seen") {
  CHECK(run("- input_series: [{series: up, values: '1 2 3 4 5'}]\n"
            "  promql_expr_test:\n"
            "  - {expr: 'up offset -1m', eval_time: 1m, exp_samples: [{labels: up, value: 2}]}\n")
            .empty());
}

TEST_CASE("rule test: a rule that fails fails the test") {
  const auto failures =
      run("- input_series:\n"
          "  - {series: 'up{job=\"x\",a=\"1\"}', values: '0'}\n"
          "  - {series: 'up{job=\"x\",a=\"2\"}', values: '0'}\n"
          "  promql_expr_test: [{expr: 'up + ignoring(a) up', exp_samples: []}]\n");
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].expected == std::vector<std::string>{"a result"});
}

TEST_CASE("rule test: an eval_time too far away is refused") {
  const auto failures =
      run("- promql_expr_test: [{expr: '1', eval_time: 100y, exp_samples: [{value: 1}]}]\n",
          "evaluation_interval: 1s");
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].what.find("too many evaluations") != std::string::npos);
}
