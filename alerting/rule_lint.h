// Lints: what a sound rule file may still have wrong: things that never fire, or page without
// saying what. Pure; selectors without series need a running agent and are the command's matter.
#pragma once

#include <string>
#include <vector>

#include "agent/model/matcher.h"
#include "alerting/rule.h"

namespace lapwing::alerting {

struct LintFinding {
  std::string group;
  std::string rule;
  std::string message;
};

struct LintOptions {
  Duration scrape_interval = 15s;  ///< of the metrics that the rules read
};

/// In the order of the rules: a window that holds fewer than four scrapes, a rule that stands
/// twice, a template that names a label which the expression cannot have, an alert without
/// `severity` or without `summary`.
std::vector<LintFinding> lint_rules(const std::vector<RuleGroup>& groups,
                                    const LintOptions& options);

}  // namespace lapwing::alerting
