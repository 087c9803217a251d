#include "agent/cli/moment.h"

#include <cmath>

#include "agent/base/number.h"

namespace lapwing::cli {

Result<Timestamp> parse_moment(std::string_view option, const std::string& text, Timestamp now) {
  if (text == "now") return now;
  if (text.starts_with('-')) {
    const Result<Duration> back = parse_duration(std::string_view(text).substr(1));
    if (back && to_seconds(*back) < kFarthestSeconds) return now - *back;
  }
  if (const Result<Timestamp> time = parse_rfc3339(text)) return *time;
  const Result<double> seconds = parse_value(text);
  if (seconds && std::fabs(*seconds) < kFarthestSeconds)
    return from_millis(std::llround(*seconds * 1000));
  return invalid("--" + std::string(option) + " " + text +
                 " is no time; use 2026-02-11T03:12:00Z, seconds since 1970, now or -1h");
}

}  // namespace lapwing::cli
