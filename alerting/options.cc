#include "alerting/options.h"

#include <algorithm>

namespace lapwing::alerting {

AlertingOptions read_alerting_options(config::Mapping& root) {
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
  RouteNames names;
  root.each("receivers", [&](config::Mapping& map) {
    ReceiverPlan receiver = read_receiver(map);
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
  root.not_served({"templates", "alerting"});
  options.notify = std::move(plan);
  return options;
}

void read_alertmanager_global(config::Mapping& global) {
  global.not_served({"resolve_timeout",
                     "http_config",
                     "smtp_from",
                     "smtp_hello",
                     "smtp_smarthost",
                     "smtp_auth_username",
                     "smtp_auth_password",
                     "smtp_auth_password_file",
                     "smtp_auth_secret",
                     "smtp_auth_secret_file",
                     "smtp_auth_identity",
                     "smtp_require_tls",
                     "smtp_tls_config",
                     "smtp_force_implicit_tls",
                     "slack_api_url",
                     "slack_api_url_file",
                     "slack_app_token",
                     "slack_app_token_file",
                     "slack_app_url",
                     "pagerduty_url",
                     "opsgenie_api_key",
                     "opsgenie_api_key_file",
                     "opsgenie_api_url",
                     "wechat_api_url",
                     "wechat_api_secret",
                     "wechat_api_secret_file",
                     "wechat_api_corp_id",
                     "victorops_api_key",
                     "victorops_api_key_file",
                     "victorops_api_url",
                     "telegram_api_url",
                     "telegram_bot_token",
                     "telegram_bot_token_file",
                     "webex_api_url",
                     "rocketchat_api_url",
                     "rocketchat_token",
                     "rocketchat_token_file",
                     "rocketchat_token_id",
                     "rocketchat_token_id_file",
                     "jira_api_url",
                     "mattermost_webhook_url",
                     "mattermost_webhook_url_file"});
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
