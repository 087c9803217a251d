// Runs a scenario: its input on invented time through the real evaluator and engine, its checks
// as promtool judges them.
#pragma once

#include <string>
#include <vector>

#include "alerting/rule.h"
#include "alerting/rule_test/scenario.h"

namespace lapwing::alerting {

/// Evaluations that one scenario may ask for.
inline constexpr std::int64_t kTestEvaluationLimit = 1'000'000;

struct TestFailure {
  config::Place place;
  std::string what;                   ///< "alert HostDown at 5m"
  std::vector<std::string> expected;  ///< a line each
  std::vector<std::string> got;
};

/// Evaluates every group once an interval, in the order of the file, from the start to the last
/// check; empty when every check holds. `groups` is a copy of its own for this scenario.
std::vector<TestFailure> run_scenario(const ScenarioFile& file, const Scenario& scenario,
                                      std::vector<RuleGroup> groups);

}  // namespace lapwing::alerting
