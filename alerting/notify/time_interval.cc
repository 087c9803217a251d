#include "alerting/notify/time_interval.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

namespace lapwing::alerting {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr int kMinutesOfDay = 24 * 60;
constexpr int kLongestMonth = 31;

bool within(const std::vector<IntegerRange>& ranges, int value) {
  return ranges.empty() ||
         std::any_of(ranges.begin(), ranges.end(), [&](const IntegerRange& range) {
           return range.from <= value && value <= range.to;
         });
}

bool within_month(const std::vector<IntegerRange>& ranges, int day, int last_day) {
  return ranges.empty() ||
         std::any_of(ranges.begin(), ranges.end(), [&](const IntegerRange& range) {
           const int from = range.from < 0 ? last_day + range.from + 1 : range.from;
           const int to = range.to < 0 ? last_day + range.to + 1 : range.to;
           return from <= day && day <= to;
         });
}

std::optional<int> parse_integer(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "08:30" → minutes; "24:00" is the end of the day.
std::optional<int> parse_minutes(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  const int all = hours * 60 + minutes;
  if (minutes > 59 || all > kMinutesOfDay) return std::nullopt;
  return all;
}

template <std::size_t kSize>
std::optional<int> place_of(const std::array<std::string_view, kSize>& names,
                            std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return int(found - names.begin());
}

/// Reads a list of "a" or "a:b" below `key`; `one` reads an end, `wanted` says what it takes.
std::vector<IntegerRange> read_ranges(
    config::Mapping& map, std::string_view key, std::string_view wanted,
    const std::function<std::optional<int>(std::string_view)>& one) {
  std::vector<IntegerRange> ranges;
  for (const std::string& text : map.strings(key)) {
    const std::size_t colon = text.find(':');
    const auto from = one(std::string_view(text).substr(0, colon));
    const auto to =
        colon == std::string::npos ? from : one(std::string_view(text).substr(colon + 1));
    if (!from || !to) {
      map.error(key, "\"" + text + "\" is not " + std::string(wanted));
    } else if (*from > *to && (*from < 0) == (*to < 0)) {
      map.error(key, "\"" + text + "\" ends before it begins");
    } else {
      ranges.push_back({*from, *to});
    }
  }
  return ranges;
}

void read_times(config::Mapping& map, TimeInterval& interval) {
  map.each("times", [&](config::Mapping& times) {
    const std::string from_text = times.string("start_time");
    const std::string to_text = times.string("end_time");
    if (from_text.empty() || to_text.empty()) {
      times.error("start_time", "both start_time and end_time must be given");
      return;
    }
    const auto from = parse_minutes(from_text);
    const auto to = parse_minutes(to_text);
    if (!from) times.error("start_time", "expected a time of day such as \"08:30\"");
    if (!to) times.error("end_time", "expected a time of day such as \"17:00\", at most \"24:00\"");
    if (!from || !to) return;
    if (*from >= *to) {
      times.error("end_time",
                  "must be after start_time; split an interval that passes midnight in two");
      return;
    }
    interval.minutes.push_back({*from, *to});
  });
}

TimeInterval read_interval(config::Mapping& map) {
  TimeInterval interval;
  read_times(map, interval);
  interval.weekdays =
      read_ranges(map, "weekdays", "a day such as \"monday\" or a range \"monday:friday\"",
                  [](std::string_view text) { return place_of(kWeekdays, text); });
  interval.days_of_month =
      read_ranges(map, "days_of_month", "a day from 1 to 31 or from -31 to -1, or a range \"1:7\"",
                  [](std::string_view text) {
                    auto day = parse_integer(text);
                    if (day && (*day == 0 || *day > kLongestMonth || *day < -kLongestMonth))
                      day.reset();
                    return day;
                  });
  for (const IntegerRange& range : interval.days_of_month)
    if (range.from < 0 && range.to > 0)
      map.error("days_of_month", "a range that begins at the month's end must end there too");
  interval.months = read_ranges(map, "months", "a month by name or number, or a range",
                                [](std::string_view text) -> std::optional<int> {
                                  if (const auto place = place_of(kMonths, text)) return *place + 1;
                                  auto month = parse_integer(text);
                                  if (month && (*month < 1 || *month > 12)) month.reset();
                                  return month;
                                });
  interval.years = read_ranges(map, "years", "a year or a range \"2026:2028\"", parse_integer);
  if (const std::string name = map.string("location", "UTC"); name != "UTC") {
    auto zone = TimeZone::find(name);
    if (zone) {
      interval.zone = *std::move(zone);
    } else {
      map.error("location", zone.error().message);
    }
  }
  return interval;
}

}  // namespace

bool TimeInterval::contains(Timestamp time) const {
  const Timestamp local = time + zone.offset(time);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const int minute = int(std::chrono::floor<std::chrono::minutes>(local - day).count());
  const std::chrono::year_month_day date(day);
  const int last_day = int(unsigned((date.year() / date.month() / std::chrono::last).day()));
  const bool in_times = minutes.empty() ||
                        std::any_of(minutes.begin(), minutes.end(), [&](const IntegerRange& range) {
                          return range.from <= minute && minute < range.to;
                        });
  return in_times && within(weekdays, int(std::chrono::weekday(day).c_encoding())) &&
         within_month(days_of_month, int(unsigned(date.day())), last_day) &&
         within(months, int(unsigned(date.month()))) && within(years, int(date.year()));
}

bool NamedIntervals::contains(Timestamp time) const {
  return std::any_of(intervals.begin(), intervals.end(),
                     [&](const TimeInterval& interval) { return interval.contains(time); });
}

NamedIntervals read_time_intervals(config::Mapping& map) {
  NamedIntervals named;
  named.name = map.required_string("name");
  map.each("time_intervals",
           [&](config::Mapping& interval) { named.intervals.push_back(read_interval(interval)); });
  return named;
}

}  // namespace lapwing::alerting
