// GoTime: a point in time as Go's time.Time shows it to templates: with a zone, formatted by
// example ("2006-01-02 15:04:05", pkg.go.dev/time#pkg-constants).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/time.h"
#include "agent/base/time_zone.h"

namespace lapwing::alerting {

struct GoTime {
  /// Since 1970, UTC. Go's zero time is the year 1.
  std::int64_t seconds = kZeroSeconds;
  std::int32_t nanoseconds = 0;
  TimeZone zone;
  /// Minutes east of UTC, when the time came with an offset and no zone's name.
  int fixed_offset_minutes = 0;

  static constexpr std::int64_t kZeroSeconds = -62'135'596'800;

  static GoTime from(Timestamp time);
  bool zero() const { return seconds == kZeroSeconds && nanoseconds == 0; }
  /// Seconds east of UTC at this time.
  std::int64_t offset_seconds() const;
  /// "CET", "UTC"; "+0800" where there is no name.
  std::string zone_abbreviation() const;
  /// Moved by a duration.
  GoTime plus(std::int64_t nanoseconds_more) const;
  /// Nanoseconds since `other`, at most 292 years either way.
  std::int64_t minus(const GoTime& other) const;
};

/// Go's Time.Format.
std::string format_go_time(const GoTime& time, std::string_view layout);
/// Go's Time.String: "2026-01-02 03:04:05.678 +0000 UTC".
std::string go_time_text(const GoTime& time);
/// RFC 3339 with nanoseconds as far as they are not zero, as Go writes JSON.
std::string go_time_json(const GoTime& time);
/// Go's Duration.String: "1m30.5s".
std::string go_duration_text(std::int64_t nanoseconds);

/// Reads RFC 3339. Invalid when it is none.
Result<GoTime> parse_go_time(std::string_view text);

}  // namespace lapwing::alerting
