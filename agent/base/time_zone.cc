#include "agent/base/time_zone.h"

#include <date/tz.h>

namespace lapwing {

Result<TimeZone> TimeZone::find(std::string_view name) {
  TimeZone zone;
  zone.name_ = name;
  if (name == "UTC") return zone;
  try {
    zone.zone_ = name == "Local" ? date::current_zone() : date::locate_zone(name);
  } catch (const std::exception& failure) {
    // The library's message does not tell the two apart: a host with a database knows UTC.
    try {
      date::locate_zone("UTC");
    } catch (const std::exception&) {
      return unavailable("this host has no time zone database (install tzdata): " +
                         std::string(failure.what()));
    }
    return invalid("unknown time zone " + std::string(name));
  }
  return zone;
}

Duration TimeZone::offset(Timestamp time) const {
  if (zone_ == nullptr) return Duration::zero();
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  return zone->get_info(std::chrono::floor<std::chrono::seconds>(time)).offset;
}

std::string TimeZone::abbreviation(Timestamp time) const {
  if (zone_ == nullptr) return "UTC";
  const auto* zone = static_cast<const date::time_zone*>(zone_);
  return zone->get_info(std::chrono::floor<std::chrono::seconds>(time)).abbrev;
}

}  // namespace lapwing
