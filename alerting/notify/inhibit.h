// Inhibition: an alert that fires keeps others quiet (Alertmanager's `inhibit_rules`).
#pragma once

#include <deque>
#include <span>
#include <string>
#include <unordered_map>
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

/// Who keeps whom quiet at one time. Each question costs a look-up a rule, however many fire.
class Inhibition {
 public:
  /// `rules` must outlive it.
  explicit Inhibition(std::span<const InhibitRule> rules) : rules_(rules), sources_(rules.size()) {}

  /// An alert that fires.
  void add(const Labels& labels);
  /// The alert that keeps the one with these labels quiet, nullptr when none does. An alert that
  /// meets both sides of a rule is not kept quiet by another that does (itself included). Lives as
  /// long as this.
  const Labels* source_of(const Labels& labels) const;

 private:
  struct Sources {
    const Labels* one_sided = nullptr;  ///< meets the source's side alone
    const Labels* any = nullptr;
  };

  std::span<const InhibitRule> rules_;
  std::vector<std::unordered_map<std::string, Sources>> sources_;  // by rule, then equal values
  std::deque<Labels> firing_;
};

}  // namespace lapwing::alerting
