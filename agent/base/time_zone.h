// TimeZone: what the clock on a wall shows somewhere, by the host's time zone database (tzdata).
// Howard Hinnant's date library (std::chrono's own zones came after g++ 12) stays in the .cc.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"

namespace lapwing {

/// Immutable, cheap to copy, any thread.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  /// "Europe/Berlin", "UTC", or "Local" for the host's own. Invalid when there is none of that
  /// name; Unavailable when the host has no database.
  static Result<TimeZone> find(std::string_view name);

  const std::string& name() const { return name_; }
  /// What to add to UTC for local time, summer time included.
  Duration offset(Timestamp time) const;
  /// "CET", "UTC"; "+08" where the zone's name has no letters.
  std::string abbreviation(Timestamp time) const;

 private:
  std::string name_ = "UTC";
  const void* zone_ = nullptr;  // the library's, which keeps it for the life of the process
};

}  // namespace lapwing
