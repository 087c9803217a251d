#include "alerting/rule_test/scenario.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr std::string_view kFile = R"(
rule_files: [rules.yml]
evaluation_interval: 30s
group_eval_order: [b, a]
fuzzy_compare: true
tests:
  - interval: 1m
    name: one
    input_series: [{series: 'up{job="x"}', values: '1 _ 0'}]
    alert_rule_test:
      - {eval_time: 2m, alertname: Down, exp_alerts: [{exp_labels: {job: x}, exp_annotations: {s: t}}]}
    promql_expr_test:
      - {expr: 'up + 1', eval_time: 1m, exp_samples: [{labels: '{job="x"}', value: 2}]}
    external_labels: {host: h}
    external_url: http://l/
  - start_timestamp: 2026-01-01T00:00:00Z
)";

}  // namespace

TEST_CASE("scenario: a whole file") {
  config::Diagnostics diagnostics;
  const ScenarioFile file = parse_scenario_file("/t/f.test.yml", kFile, diagnostics);
  REQUIRE(diagnostics.ok());
  CHECK(file.rule_patterns == std::vector<std::string>{"/t/rules.yml"});
  CHECK(file.evaluation_interval == 30s);
  CHECK(file.group_order == std::vector<std::string>{"b", "a"});
  CHECK(file.fuzzy_compare);
  REQUIRE(file.scenarios.size() == 2);
  const Scenario& one = file.scenarios[0];
  CHECK(one.name == "one");
  REQUIRE(one.input.size() == 1);
  CHECK(one.input[0].samples.times == std::vector<Timestamp>{from_millis(0), from_millis(120'000)});
  REQUIRE(one.alerts.size() == 1);
  CHECK(one.alerts[0].at == 2min);
  REQUIRE(one.alerts[0].expected.size() == 1);
  CHECK(one.alerts[0].expected[0].labels == Labels{{"alertname", "Down"}, {"job", "x"}});
  REQUIRE(one.queries.size() == 1);
  CHECK(one.queries[0].expected[0].value == 2);
  CHECK(one.external_labels == Labels{{"host", "h"}});
  CHECK(file.scenarios[1].name == "test 2");
  CHECK(file.scenarios[1].start == parse_rfc3339("2026-01-01T00:00:00Z").value());
}

TEST_CASE("scenario: mistakes are errors with their place") {
  for (const auto& [yaml, why] : std::vector<std::pair<std::string, std::string>>{
           {"tests: [{input_series: [{series: 'a b', values: '1'}]}]", "series"},
           {"tests: [{input_series: [{series: a, values: 'x'}]}]", "\"x\" is no value"},
           {"tests: [{promql_expr_test: [{expr: 'sum('}]}]", "parse error"},
           {"tests: [{alert_rule_test: [{eval_time: 1m}]}]", "alertname"},
           {"tests: [{start_timestamp: soon}]", "RFC 3339"},
           {"tests: [{interval: 0s}]", "more than zero"},
           {"evaluation_interval: 0s", "more than zero"},
           {"tset: []", "tset"},
           {"[", "f.yml"}}) {
    CAPTURE(yaml);
    config::Diagnostics diagnostics;
    parse_scenario_file("f.yml", yaml, diagnostics);
    REQUIRE_FALSE(diagnostics.ok());
    const std::string all = diagnostics.result().error().message;
    CHECK(all.find(why) != std::string::npos);
  }
}
