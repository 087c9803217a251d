// Inhibition: an alert that fires keeps others quiet (Alertmanager's `inhibit_rules`).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agent/config/mapping.h"
#include "alerting/notify/matchers.h"

namespace lapwing::alerting {

struct InhibitRule {
  Matchers source;
  Matchers target;
  std::vector<std::string> equal;
};

/// Reads one map of the list below `inhibit_rules`.
InhibitRule read_inhibit_rule(config::Mapping& map);

/// The `firing` alert that keeps the one with these labels quiet, nullptr when none does. An alert
/// that meets both sides of a rule is not kept quiet by another that does (itself included).
const Labels* inhibitor(std::span<const InhibitRule> rules, const Labels& labels,
                        std::span<const Labels> firing);

}  // namespace lapwing::alerting
