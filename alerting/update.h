// What the rules thread hands to the dispatch thread after a group's evaluation.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "alerting/alert.h"
#include "alerting/notify/notification.h"

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
  AlertValues values{};  ///< once it has ended, where they are known
};

struct RuleUpdate {
  std::vector<StoredAlert> changed;
  std::vector<std::pair<std::string, Labels>> forgotten;  ///< rule, labels
  std::vector<AlertNotice> notices;
  /// The notices come from elsewhere: no rule of ours remembers them.
  bool from_outside = false;

  bool empty() const { return changed.empty() && forgotten.empty() && notices.empty(); }
};

}  // namespace lapwing::alerting
