#include "agent/tsdb/tier.h"

#include <chrono>

namespace lapwing::tsdb {
namespace {

Timestamp year_start(std::chrono::year year) {
  return std::chrono::sys_days(year / std::chrono::January / 1);
}

}  // namespace

std::string_view name(Tier tier) {
  switch (tier) {
    case Tier::Raw:
      return "raw";
    case Tier::Minutes:
      return "minutes";
    case Tier::Hours:
      break;
  }
  return "hours";
}

FileSpan span_of(Tier tier, Timestamp time) {
  const Timestamp day = start_of(time, kDay);
  if (tier != Tier::Hours) return {day, day + kDay};
  const std::chrono::year year =
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(day)).year();
  return {year_start(year), year_start(year + std::chrono::years(1))};
}

std::string file_name(Tier tier, FileSpan span) {
  return format_rfc3339(span.start).substr(0, tier == Tier::Hours ? 4 : 10) + ".db";
}

std::optional<FileSpan> span_of_name(Tier tier, std::string_view name) {
  const std::size_t digits = tier == Tier::Hours ? 4 : 10;
  if (name.size() != digits + 3 || !name.ends_with(".db")) return std::nullopt;
  const std::string date =
      std::string(name.substr(0, digits)) + (tier == Tier::Hours ? "-01-01" : "");
  const auto start = parse_rfc3339(date + "T00:00:00Z");
  if (!start || *start < from_millis(0)) return std::nullopt;
  return span_of(tier, *start + 1ms);
}

}  // namespace lapwing::tsdb
