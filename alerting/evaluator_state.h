// What Rules keeps of its groups while they run; private to it.
#pragma once

#include "alerting/evaluator.h"

namespace lapwing::alerting {

struct Rules::RuleRun {
  Rule rule;
  std::string key;  ///< in state.db: group, kind, name, expression, number among equals
  SourceRef source = kNoSource;
  PublishedSeries published;
  ActiveAlerts active;
  ActiveAlerts stored;  ///< what state.db was told last
  RuleHealth health = RuleHealth::Unknown;
  std::string last_error;
  Timestamp last_evaluation{};
  double last_duration_seconds = 0;
};

struct Rules::GroupRun {
  RuleGroup definition;  ///< its rules are moved into `rules`
  Duration phase{};
  Timestamp due{};  ///< zero: not set yet
  std::vector<RuleRun> rules;
  Timestamp last_evaluation{};
  double last_duration_seconds = 0;
};

}  // namespace lapwing::alerting
