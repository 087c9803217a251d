#include "alerting/alert_policy.h"

#include "alerting/rule.h"

namespace lapwing::alerting {
namespace {

constexpr Duration kFlapWindow = 10min;
constexpr Duration kLongestFlapWindow = 24h;
constexpr std::int64_t kMostFlaps = 1000;

std::shared_ptr<const AlertPolicy> read_policy(config::Mapping& map) {
  auto policy = std::make_shared<AlertPolicy>();
  if (const std::string text = map.string("resolve_expr"); !text.empty()) {
    auto expression = promql::Expression::parse(text);
    if (!expression) {
      map.error("resolve_expr", "could not parse expression: " + expression.error().message);
    } else if (expression->type() != promql::ValueType::Vector) {
      map.error("resolve_expr", "expected an expression that gives a vector");
    } else {
      policy->resolve_expression = *std::move(expression);
    }
  }
  const std::string on_no_data = map.choice("on_no_data", "resolve", {"keep", "fire", "resolve"});
  policy->on_no_data = on_no_data == "keep"   ? OnNoData::Keep
                       : on_no_data == "fire" ? OnNoData::Fire
                                              : OnNoData::Resolve;
  map.section("flapping", [&](config::Mapping& flapping) {
    policy->flap_times = int(flapping.integer("times", 3, 2, kMostFlaps));
    policy->flap_window = flapping.duration("within", kFlapWindow);
    if (policy->flap_window <= Duration{} || policy->flap_window > kLongestFlapWindow)
      flapping.error("within", "expected more than 0s and at most 24h");
  });
  return policy;
}

}  // namespace

AlertPolicies read_alert_policies(const config::Value* alerts, config::Diagnostics& diagnostics) {
  AlertPolicies policies;
  if (alerts == nullptr) return policies;
  if (alerts->kind() != config::Value::Kind::Map)
    diagnostics.error(alerts->place(), "rules.alerts: expected a map by the alerts' names");
  for (const config::Value::Entry& entry : alerts->entries()) {
    config::Mapping map(entry.value, "rules.alerts." + entry.key, diagnostics);
    policies[entry.key] = {entry.key_place, read_policy(map)};
    map.finish();
  }
  return policies;
}

void apply_alert_policies(const AlertPolicies& policies, std::vector<RuleGroup>& groups,
                          config::Diagnostics& diagnostics) {
  std::map<std::string, bool> used;
  for (RuleGroup& group : groups)
    for (Rule& rule : group.rules) {
      const auto found = policies.find(rule.name);
      if (rule.kind != Rule::Kind::Alerting || found == policies.end()) continue;
      rule.policy = found->second.policy;
      used[rule.name] = true;
    }
  for (const auto& [name, policy] : policies)
    if (!used.contains(name))
      diagnostics.warn(policy.place, "rules.alerts: no rule is named " + name);
}

}  // namespace lapwing::alerting
