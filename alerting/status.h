// What rules and alerts tell about themselves: immutable snapshots for the API and the page.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/labels.h"

namespace lapwing::alerting {

enum class AlertState { Inactive, Pending, Firing };

/// "inactive", "pending", "firing".
std::string_view name(AlertState state);

struct AlertStatus {
  AlertState state = AlertState::Pending;
  Labels labels;  ///< with alertname
  Labels annotations;
  Timestamp active_at;  ///< when the condition became true
  Timestamp fired_at{};
  double value = 0;
  Timestamp keep_firing_since{};  ///< the condition is over, keep_firing_for is not; zero: no
};

enum class RuleHealth { Unknown, Ok, Error };

struct RuleStatus {
  enum class Kind { Alerting, Recording };
  Kind kind = Kind::Alerting;
  std::string name;
  std::string expression;
  Duration hold_for{};  ///< `for`
  Duration keep_firing_for{};
  Labels labels;
  Labels annotations;
  AlertState state = AlertState::Inactive;  ///< the worst of its alerts
  std::vector<AlertStatus> alerts;
  RuleHealth health = RuleHealth::Unknown;
  std::string last_error;
  Timestamp last_evaluation;
  double last_duration_seconds = 0;
};

struct GroupStatus {
  std::string name;
  std::string file;
  Duration interval{};
  std::uint64_t limit = 0;
  std::vector<RuleStatus> rules;
  Timestamp last_evaluation;
  double last_duration_seconds = 0;
};

/// One receiver's newest deliveries.
struct ReceiverStatus {
  std::string name;
  std::uint64_t delivered = 0;
  std::uint64_t failed = 0;
  std::uint64_t waiting = 0;  ///< in the outbox
  std::uint64_t dead = 0;     ///< given up since the start
  Timestamp last_delivery{};
  std::string last_error;
};

/// An alert as the notification side holds it, whoever told of it.
struct NotifyAlert {
  std::string fingerprint;
  Labels labels;
  Labels annotations;
  Timestamp starts_at{};
  Timestamp ends_at{};
  Timestamp updated_at{};
  std::string generator_url;
  std::vector<std::string> receivers;
  std::vector<std::string> silenced_by;   ///< ids of silences
  std::vector<std::string> inhibited_by;  ///< fingerprints

  bool suppressed() const { return !silenced_by.empty() || !inhibited_by.empty(); }
};

struct NotifyGroup {
  std::string receiver;
  Labels labels;
  std::vector<std::string> muted_by;  ///< names of time intervals
  std::vector<std::size_t> alerts;    ///< places in NotifyStatus::alerts
};

/// Alerts that have not ended, and their groups.
struct NotifyStatus {
  std::vector<NotifyAlert> alerts;
  std::vector<NotifyGroup> groups;
};

struct AlertingStatus {
  std::vector<GroupStatus> groups;
  std::vector<ReceiverStatus> receivers;
};

}  // namespace lapwing::alerting
