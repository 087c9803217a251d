// The life of an alert, pure: what a rule's result at one time makes of its alerts.
// Source of truth: Prometheus's rules/alerting.go behaviour. No clock, no I/O, no thread.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "agent/base/result.h"
#include "agent/promql/value.h"
#include "alerting/rule.h"
#include "alerting/status.h"

namespace lapwing::alerting {

/// How long a resolved alert is remembered, so that its end is told again if need be.
inline constexpr Duration kResolvedRetention = 15min;
/// A firing alert is told anew after this long.
inline constexpr Duration kResendDelay = 1min;
/// Alerts one rule may have, with or without a `limit`.
inline constexpr std::size_t kAlertLimit = 10'000;

/// One alert of a rule. A time of zero (1970) means "not yet".
struct Alert {
  AlertState state = AlertState::Pending;
  Labels labels;       ///< with alertname; its identity
  Labels annotations;  ///< as of the last evaluation that had it
  double value = 0;
  Timestamp active_at{};
  Timestamp fired_at{};
  Timestamp resolved_at{};
  Timestamp keep_firing_since{};
  Timestamp last_sent_at{};
  Timestamp valid_until{};          ///< end of what the last sending promised
  bool present = true;              ///< the last evaluation had it, not only its memory
  std::optional<double> peak;       ///< the worst value while it fired
  std::optional<double> recovered;  ///< what the condition looks at, when it was good again
  int flaps = 0;                    ///< times that it began to fire in the window
  Timestamp flaps_since{};

  friend bool operator==(const Alert&, const Alert&) = default;
};

/// By labels.
using ActiveAlerts = std::unordered_map<Labels, Alert>;

/// What the templates of one rule see beside the sample.
struct AlertEnvironment {
  Labels external_labels;
  TemplateEnvironment templates;
};

/// The rule's results as alerts that just began: labels and annotations expanded. Invalid when two
/// results have one label set, or there are more than the limit.
Result<std::vector<Alert>> expand_alerts(const Rule& rule, const promql::Vector& vector,
                                         Timestamp now, const AlertEnvironment& environment);

/// What step_alerts() changed.
struct AlertStep {
  std::vector<const Alert*> live;  ///< pending and firing ones, in `active`
  std::vector<Labels> forgotten;   ///< pending that ended, resolved long enough ago
};

/// What the rule's policy and a recovering alert ask for beside the result; null: not asked.
struct AlertEvidence {
  const promql::Vector* resolving = nullptr;  ///< of `resolve_expr`
  const promql::Vector* data = nullptr;       ///< of the condition's data, for on_no_data
};

/// Moves `active` on by one evaluation at `now`; `limit` 0 means none. On an error (more than
/// `limit` alerts) every alert of the rule is dropped, as Prometheus does.
Result<AlertStep> step_alerts(const Rule& rule, std::vector<Alert> current, Timestamp now,
                              std::uint64_t limit, ActiveAlerts& active,
                              const AlertEvidence& evidence = {});

/// The value of the data's sample that the alert is about; nothing when there is none.
std::optional<double> value_of(const Rule& rule, const Alert& alert, const promql::Vector& data);

/// Whether the alert must be told (again) now.
bool needs_sending(const Alert& alert, Timestamp now);

/// `ALERTS{alertstate=…}` and `ALERTS_FOR_STATE`, without the time.
Labels alerts_series(const Alert& alert);
Labels alerts_for_state_series(const Alert& alert);

}  // namespace lapwing::alerting
