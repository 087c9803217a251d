// Rules for tests, from YAML.
#pragma once

#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "alerting/rule_file.h"

namespace lapwing::testing {

/// The groups of a sound rule file.
inline std::vector<alerting::RuleGroup> rule_groups(std::string_view yaml,
                                                    const alerting::RuleDefaults& defaults = {}) {
  config::Diagnostics diagnostics;
  auto groups = alerting::parse_rule_file("rules.yml", yaml, defaults, diagnostics);
  for (const auto& entry : diagnostics.errors())
    UNSCOPED_INFO(entry.place.to_string() << ": " << entry.message);
  REQUIRE(diagnostics.ok());
  return groups;
}

inline alerting::Rule only_rule(std::string_view yaml) {
  return rule_groups(yaml).at(0).rules.at(0);
}

}  // namespace lapwing::testing
