#include "alerting/alert_policy.h"

#include <catch2/catch.hpp>

#include "tests/alerting/rules.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::rule_groups;

namespace {

struct Read {
  config::Diagnostics diagnostics;
  AlertPolicies policies;
};

Read read(std::string_view yaml) {
  Read result;
  const auto value = config::parse_yaml("lapwing.yml", yaml);
  REQUIRE(value.ok());
  result.policies = read_alert_policies(&*value, result.diagnostics);
  return result;
}

std::string first_error(std::string_view yaml) {
  const Read result = read(yaml);
  return result.diagnostics.ok() ? "" : result.diagnostics.errors().front().message;
}

}  // namespace

TEST_CASE("alert policy: what one alert does beside Prometheus's rules") {
  const Read result = read(R"(
A: {resolve_expr: 'x > 10', on_no_data: keep, flapping: {times: 4, within: 5m}}
B: {on_no_data: fire}
C: {}
)");
  CHECK(result.diagnostics.ok());
  REQUIRE(result.policies.size() == 3);
  const AlertPolicy& a = *result.policies.at("A").policy;
  CHECK(a.resolve_expression->to_string() == "x > 10");
  CHECK(a.on_no_data == OnNoData::Keep);
  CHECK(a.flap_times == 4);
  CHECK(a.flap_window == 5min);
  CHECK(result.policies.at("B").policy->on_no_data == OnNoData::Fire);
  CHECK(result.policies.at("C").policy->on_no_data == OnNoData::Resolve);
  CHECK(result.policies.at("C").policy->flap_times == 0);
  CHECK(result.policies.at("B").place.line == 3);
}

TEST_CASE("alert policy: mistakes are errors with their place") {
  CHECK(first_error("A: {resolve_expr: 'x >'}").find("could not parse") != std::string::npos);
  CHECK(first_error("A: {resolve_expr: '1'}").find("vector") != std::string::npos);
  CHECK(first_error("A: {on_no_data: explode}").find("on_no_data") != std::string::npos);
  CHECK(first_error("A: {flapping: {times: 1}}").find("times") != std::string::npos);
  CHECK(first_error("A: {flapping: {within: 2d}}").find("24h") != std::string::npos);
  CHECK(first_error("A: {resolveexpr: 'x'}").find("did you mean \"resolve_expr\"") !=
        std::string::npos);
  CHECK(first_error("[A]").find("a map by the alerts' names") != std::string::npos);
}

TEST_CASE("alert policy: rules get it by name, a name that none has warns") {
  auto groups = rule_groups(R"(
groups: [{name: g, rules: [{alert: A, expr: x}, {record: B, expr: x}, {alert: C, expr: x}]}]
)");
  const Read given = read("{A: {on_no_data: keep}, B: {on_no_data: keep}}");
  config::Diagnostics diagnostics;
  apply_alert_policies(given.policies, groups, diagnostics);
  CHECK(groups[0].rules[0].policy == given.policies.at("A").policy);
  CHECK(groups[0].rules[1].policy == nullptr);
  CHECK(groups[0].rules[2].policy == nullptr);
  REQUIRE(diagnostics.warnings().size() == 1);
  CHECK(diagnostics.warnings()[0].message == "rules.alerts: no rule is named B");
}
