// Points in time, durations and clocks. Times are milliseconds UTC; what a person writes
// ("1h30m") follows Prometheus's duration syntax.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing {

using Duration = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Duration>;

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

inline constexpr Timestamp kNever = Timestamp::max();
inline constexpr Timestamp kBeginningOfTime = Timestamp::min();

constexpr Timestamp from_millis(std::int64_t millis) { return Timestamp(Duration(millis)); }
constexpr std::int64_t to_millis(Timestamp time) { return time.time_since_epoch().count(); }
constexpr double to_seconds(Duration duration) { return double(duration.count()) / 1000; }
constexpr double to_seconds(Timestamp time) { return to_seconds(time.time_since_epoch()); }

/// The newest multiple of `interval` at or before `time`, counted from 1970; interval > 0.
constexpr Timestamp floor_to(Timestamp time, Duration interval) {
  const std::int64_t step = interval.count();
  const std::int64_t millis = to_millis(time);
  const std::int64_t rest = ((millis % step) + step) % step;
  return from_millis(millis - rest);
}

/// "1h30m", "250ms", "2w", "0" → duration; units y w d h m s ms in falling order, each once.
Result<Duration> parse_duration(std::string_view text);

/// The shortest form that parse_duration reads back: "1h30m", "5s", "0s".
std::string format_duration(Duration duration);

/// "2026-02-11T03:12:07.123Z" (RFC 3339, UTC, milliseconds only when there are any).
std::string format_rfc3339(Timestamp time);

/// The same with milliseconds always.
std::string format_rfc3339_millis(Timestamp time);

/// RFC 3339 with any offset, fraction truncated to milliseconds.
Result<Timestamp> parse_rfc3339(std::string_view text);

/// Where "now" comes from. Every part that needs it takes a Clock, so that tests own time.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time. Any thread.
  virtual Timestamp now() const = 0;
  /// Time since an arbitrary point; never goes back. Any thread.
  virtual std::chrono::nanoseconds monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  std::chrono::nanoseconds monotonic() const override;
};

}  // namespace lapwing
