// What the configuration says of rules, routes and receivers: Prometheus's and Alertmanager's
// keys, and our own section `rules`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/mapping.h"
#include "alerting/alert_policy.h"
#include "alerting/notify/dispatcher.h"
#include "alerting/rule_file.h"
#include "alerting/slo.h"

namespace lapwing::alerting {

struct AlertingOptions {
  std::vector<std::string> rule_patterns;  ///< `rule_files`, seen from the file that names them
  bool shipped_rules = true;               ///< the embedded ones run
  std::vector<std::string> replacement_patterns;  ///< `rules.shipped` as a path: in their place
  config::Place place;                            ///< where messages about rule files point
  AlertPolicies policies;                         ///< `rules.alerts`
  std::vector<Slo> slos;
  std::shared_ptr<const NotifyPlan> notify = std::make_shared<const NotifyPlan>();
};

/// Reads rule_files, rules, slos, route, receivers, templates, inhibit_rules, time_intervals,
/// notifications; `alerting` is left to others. Without `route` alerts are shown and nobody is
/// told.
AlertingOptions read_alerting_options(config::Mapping& root, const ReceiverGlobals& globals = {});

/// A rule file that is part of the program.
struct ShippedRules {
  std::string_view name;
  std::string_view text;
};

/// All groups: the shipped ones (or their replacement), those of rule_files, those of slos. What is
/// wrong goes to `diagnostics`; the sound groups are given back.
std::vector<RuleGroup> load_rule_groups(const AlertingOptions& options,
                                        const RuleDefaults& defaults,
                                        std::span<const ShippedRules> shipped,
                                        config::Diagnostics& diagnostics);

}  // namespace lapwing::alerting
