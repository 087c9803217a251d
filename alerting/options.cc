#include "alerting/options.h"

#include <algorithm>

namespace lapwing::alerting {
namespace {

/// A configuration that someone pasted must run no programs.
void refuse_commands(config::Mapping& root, const NotifyPlan& plan) {
  for (const ReceiverPlan& receiver : plan.receivers)
    for (const auto& integration : receiver.integrations)
      if (integration->kind() == "command")
        root.error("receivers", "receiver \"" + receiver.name +
                                    "\" runs a command: notifications.allow_commands must be true");
}

}  // namespace

AlertingOptions read_alerting_options(config::Mapping& root, const ReceiverGlobals& globals) {
  AlertingOptions options;
  options.place = root.place();
  if (const config::Value* files = root.raw("rule_files")) options.place = files->place();
  options.rule_patterns = root.paths("rule_files");
  root.section("rules", [&](config::Mapping& rules) {
    const std::string shipped = rules.string("shipped", "true");
    options.shipped_rules = shipped == "true";
    if (shipped != "true" && shipped != "false")
      options.replacement_patterns.push_back(rules.path("shipped"));
    options.policies = read_alert_policies(rules.raw("alerts"), root.diagnostics());
  });
  root.each("slos", [&](config::Mapping& map) {
    options.slos.push_back(read_slo(map));
    const std::string& name = options.slos.back().name;
    if (std::count_if(options.slos.begin(), options.slos.end(),
                      [&](const Slo& slo) { return slo.name == name; }) > 1)
      map.error("name", "slo \"" + name + "\" is not unique");
  });
  auto plan = std::make_shared<NotifyPlan>();
  plan->resolve_timeout = globals.resolve_timeout;
  RouteNames names;
  root.each("receivers", [&](config::Mapping& map) {
    ReceiverPlan receiver = read_receiver(map, globals);
    if (std::find(names.receivers.begin(), names.receivers.end(), receiver.name) !=
        names.receivers.end())
      map.error("name", "notification config name \"" + receiver.name + "\" is not unique");
    names.receivers.push_back(receiver.name);
    plan->receivers.push_back(std::move(receiver));
  });
  // The second is the first one's name of before Alertmanager 0.24.
  for (const char* const key : {"time_intervals", "mute_time_intervals"})
    root.each(key, [&](config::Mapping& map) {
      auto named = std::make_shared<const NamedIntervals>(read_time_intervals(map));
      for (const NamedIntervalsPointer& other : names.intervals)
        if (other->name == named->name)
          map.error("name", "time interval \"" + named->name + "\" is not unique");
      names.intervals.push_back(std::move(named));
    });
  root.section("route", [&](config::Mapping& map) { plan->route = read_route(map, names); });
  root.each("inhibit_rules",
            [&](config::Mapping& map) { plan->inhibit_rules.push_back(read_inhibit_rule(map)); });
  root.section("notifications", [&](config::Mapping& map) {
    plan->delivery = read_delivery_options(map, names.receivers);
  });
  if (!plan->delivery.allow_commands) refuse_commands(root, *plan);
  plan->templates = std::make_shared<const TemplateSet>(
      load_template_files(root.paths("templates"), root.place(), root.diagnostics()));
  options.notify = std::move(plan);
  return options;
}

std::vector<RuleGroup> load_rule_groups(const AlertingOptions& options,
                                        const RuleDefaults& defaults,
                                        std::span<const ShippedRules> shipped,
                                        config::Diagnostics& diagnostics) {
  std::vector<RuleGroup> groups;
  const auto add = [&](std::vector<RuleGroup> more) {
    std::move(more.begin(), more.end(), std::back_inserter(groups));
  };
  if (options.shipped_rules)
    for (const ShippedRules& file : shipped)
      add(parse_rule_file(std::string(file.name), file.text, defaults, diagnostics));
  std::vector<std::string> patterns = options.replacement_patterns;
  patterns.insert(patterns.end(), options.rule_patterns.begin(), options.rule_patterns.end());
  add(load_rule_files(patterns, defaults, options.place, diagnostics));
  // Rules of a wrong objective would only repeat its error at a place that nobody wrote.
  if (!options.slos.empty() && diagnostics.ok())
    add(parse_rule_file("slos", slo_rules(options.slos), defaults, diagnostics));
  apply_alert_policies(options.policies, groups, diagnostics);
  return groups;
}

}  // namespace lapwing::alerting
