// Time intervals: when a route is muted, or the only times at which it is not (Alertmanager's
// `time_intervals`, prometheus.io/docs/alerting/latest/configuration/#time_interval).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time_zone.h"
#include "agent/config/mapping.h"

namespace lapwing::alerting {

/// Both ends belong to it.
struct IntegerRange {
  int from = 0;
  int to = 0;
};

/// Every list that is not empty must have a range that the local time is in.
struct TimeInterval {
  std::vector<IntegerRange> minutes;        ///< of the day; the end does not belong to it
  std::vector<IntegerRange> weekdays;       ///< from Sunday, 0
  std::vector<IntegerRange> days_of_month;  ///< from 1; below zero: from the end, -1 the last day
  std::vector<IntegerRange> months;         ///< from 1
  std::vector<IntegerRange> years;
  TimeZone zone;

  bool contains(Timestamp time) const;
};

/// One name of the configuration. Immutable once read.
struct NamedIntervals {
  std::string name;
  std::vector<TimeInterval> intervals;

  bool contains(Timestamp time) const;
};

using NamedIntervalsPointer = std::shared_ptr<const NamedIntervals>;

/// Reads one map of the list below `time_intervals` (or, its old name, `mute_time_intervals`).
NamedIntervals read_time_intervals(config::Mapping& map);

}  // namespace lapwing::alerting
