// What Rules keeps of its groups while they run; private to it.
#pragma once

#include "alerting/evaluator.h"

namespace lapwing::alerting {

/// What state.db was told of an alert last.
struct StoredMark {
  AlertState state = AlertState::Inactive;
  Timestamp active_at{};
  Timestamp fired_at{};
  Timestamp resolved_at{};
  Timestamp keep_firing_since{};
  double value = 0;
  Timestamp at{};  ///< when
};

struct Rules::RuleRun {
  Rule rule;
  std::string key;  ///< in state.db: group, kind, name, expression, number among equals
  PublishedSeries published;
  std::unordered_map<Labels, Labels> recorded;  ///< of a sample → of what is recorded for it
  ActiveAlerts active;
  std::unordered_map<Labels, StoredMark> stored;
  RuleHealth health = RuleHealth::Unknown;
  std::string last_error;
  Timestamp last_evaluation{};
  double last_duration_seconds = 0;
};

struct Rules::GroupRun {
  RuleGroup definition;  ///< its rules are moved into `rules`
  SourceRef source = kNoSource;
  Duration phase{};
  Timestamp due{};  ///< zero: not set yet
  std::vector<RuleRun> rules;
  Timestamp last_evaluation{};
  double last_duration_seconds = 0;
};

}  // namespace lapwing::alerting
