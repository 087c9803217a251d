// What the rules thread hands to the dispatch thread after a group's evaluation.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "alerting/alert.h"

namespace lapwing::alerting {

/// An alert of one rule, as state.db keeps it.
struct StoredAlert {
  std::string rule;  ///< names group, rule and expression: see Rules
  Alert alert;
};

/// An alert on its way to the receivers: what Prometheus posts to an Alertmanager.
struct AlertNotice {
  Labels labels;  ///< external labels included
  Labels annotations;
  Timestamp starts_at{};
  Timestamp ends_at{};  ///< past: resolved; future: unless it is told again before
  std::string generator_url;
};

struct RuleUpdate {
  std::vector<StoredAlert> changed;
  std::vector<std::pair<std::string, Labels>> forgotten;  ///< rule, labels
  std::vector<AlertNotice> notices;

  bool empty() const { return changed.empty() && forgotten.empty() && notices.empty(); }
};

}  // namespace lapwing::alerting
