// AlertPolicy: what Prometheus's rule files cannot say about an alert. It stands in our own
// configuration by the alert's name, so that rule files stay portable:
//
//   rules:
//     alerts:
//       HostDiskFull:
//         resolve_expr: node_filesystem_avail_bytes / node_filesystem_size_bytes > 0.1
//         on_no_data: keep
//         flapping: {times: 4, within: 10m}
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/mapping.h"
#include "agent/promql/expression.h"

namespace lapwing::alerting {

struct RuleGroup;

/// What becomes of an alert whose expression has nothing to look at any more.
enum class OnNoData {
  Resolve,  ///< as Prometheus: it ends
  Keep,     ///< it stays as it is
  Fire,     ///< it goes on, and begins when there is nothing at all
};

struct AlertPolicy {
  /// A firing alert ends only when this gives a result whose labels the alert has.
  std::optional<promql::Expression> resolve_expression;
  OnNoData on_no_data = OnNoData::Resolve;
  /// Having begun to fire so many times within the window, it ends only after a window of quiet;
  /// 0: never.
  int flap_times = 0;
  Duration flap_window{};
};

/// By the alert's name, with the place where it stands.
struct PlacedAlertPolicy {
  config::Place place;
  std::shared_ptr<const AlertPolicy> policy;
};
using AlertPolicies = std::map<std::string, PlacedAlertPolicy>;

/// Reads the map below `rules.alerts`; nullptr: there is none.
AlertPolicies read_alert_policies(const config::Value* alerts, config::Diagnostics& diagnostics);

/// Gives each alerting rule its policy; a name that no rule has is a warning.
void apply_alert_policies(const AlertPolicies& policies, std::vector<RuleGroup>& groups,
                          config::Diagnostics& diagnostics);

}  // namespace lapwing::alerting
