#include "alerting/template/go_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace lapwing::alerting {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::array<std::string_view, 12> kMonths = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::size_t kShortName = 3;

/// A time taken apart in its own zone.
struct Parts {
  int year = 1;
  unsigned month = 1, day = 1, weekday = 0, day_of_year = 1;
  int hour = 0, minute = 0, second = 0;
  int nanoseconds = 0;
  std::int64_t offset_seconds = 0;
};

Parts parts_of(const GoTime& time) {
  Parts parts;
  parts.offset_seconds = time.offset_seconds();
  parts.nanoseconds = time.nanoseconds;
  const std::chrono::sys_seconds local(std::chrono::seconds(time.seconds + parts.offset_seconds));
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  parts.year = int(date.year());
  parts.month = unsigned(date.month());
  parts.day = unsigned(date.day());
  parts.weekday = std::chrono::weekday(day).c_encoding();
  parts.day_of_year = unsigned((day - std::chrono::sys_days(date.year() / 1 / 1)).count()) + 1;
  const auto rest = int((local - day).count());
  parts.hour = rest / 3600;
  parts.minute = rest / 60 % 60;
  parts.second = rest % 60;
  return parts;
}

void append_padded(std::string& out, long value, int width, char fill = '0') {
  std::string digits = std::to_string(std::labs(value));
  if (value < 0) out += '-';
  if (int(digits.size()) < width) digits.insert(0, std::size_t(width) - digits.size(), fill);
  out += digits;
}

/// "+0100", "+01:00", "+01", with seconds where the pattern has them.
void append_offset(std::string& out, std::int64_t seconds, std::string_view pattern) {
  if (pattern[0] == 'Z' && seconds == 0) {
    out += 'Z';
    return;
  }
  out += seconds < 0 ? '-' : '+';
  const long all = std::labs(long(seconds));
  const bool colon = pattern.find(':') != std::string_view::npos;
  append_padded(out, all / 3600, 2);
  if (pattern.size() == 3) return;
  if (colon) out += ':';
  append_padded(out, all / 60 % 60, 2);
  if (pattern.size() < 7) return;
  if (colon) out += ':';
  append_padded(out, all % 60, 2);
}

/// ".000" writes that many digits, ".999" drops zeros at the end.
void append_fraction(std::string& out, int nanoseconds, std::string_view pattern) {
  std::string digits;
  append_padded(digits, nanoseconds, 9);
  digits.resize(std::min<std::size_t>(pattern.size() - 1, 9));
  if (pattern[1] == '9') {
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return;
  }
  out += pattern[0];
  out += digits;
}

/// The longest element of a layout that `rest` begins with; empty when it begins with none.
std::string_view layout_element(std::string_view rest) {
  // Longer ones before those that they begin with.
  constexpr std::string_view kElements[] = {
      "January", "Jan",   "Monday", "Mon",       "MST",     "2006",      "_2006",
      "__2",     "002",   "01",     "02",        "03",      "04",        "05",
      "06",      "15",    "_2",     "PM",        "pm",      "Z07:00:00", "Z070000",
      "Z07:00",  "Z0700", "Z07",    "-07:00:00", "-070000", "-07:00",    "-0700",
      "-07",     "1",     "2",      "3",         "4",       "5"};
  for (const std::string_view element : kElements)
    if (rest.starts_with(element)) {
      // "Jan" and "Mon" do not count when a small letter follows ("Month").
      const bool name = element == "Jan" || element == "Mon";
      if (name && rest.size() > kShortName && rest[kShortName] >= 'a' && rest[kShortName] <= 'z')
        continue;
      return element == "_2006" ? rest.substr(0, 1) : element;  // A plain "_", then the year.
    }
  if ((rest[0] == '.' || rest[0] == ',') && rest.size() > 1 && (rest[1] == '0' || rest[1] == '9')) {
    const std::size_t end = rest.find_first_not_of(rest[1], 1);
    const bool digit = end != std::string_view::npos && rest[end] >= '0' && rest[end] <= '9';
    if (!digit) return rest.substr(0, end);
  }
  return {};
}

void append_element(std::string& out, const GoTime& time, const Parts& parts,
                    std::string_view element) {
  const int twelve = parts.hour % 12 == 0 ? 12 : parts.hour % 12;
  if (element == "January") {
    out += kMonths[parts.month - 1];
  } else if (element == "Jan") {
    out += kMonths[parts.month - 1].substr(0, kShortName);
  } else if (element == "Monday") {
    out += kDays[parts.weekday];
  } else if (element == "Mon") {
    out += kDays[parts.weekday].substr(0, kShortName);
  } else if (element == "MST") {
    out += time.zone_abbreviation();
  } else if (element == "2006") {
    append_padded(out, parts.year, 4);
  } else if (element == "06") {
    append_padded(out, parts.year % 100, 2);
  } else if (element == "PM" || element == "pm") {
    const bool upper = element == "PM";
    out += parts.hour >= 12 ? (upper ? "PM" : "pm") : (upper ? "AM" : "am");
  } else if (element == "002" || element == "__2") {
    append_padded(out, long(parts.day_of_year), 3, element[0] == '0' ? '0' : ' ');
  } else if (element == "_2") {
    append_padded(out, long(parts.day), 2, ' ');
  } else if (element == "15") {
    append_padded(out, parts.hour, 2);
  } else if (element[0] == 'Z' || element[0] == '-') {
    append_offset(out, parts.offset_seconds, element);
  } else if (element[0] == '.' || element[0] == ',') {
    append_fraction(out, parts.nanoseconds, element);
  } else if (element == "_") {
    out += '_';
  } else {
    const long values[] = {long(parts.month), long(parts.day), twelve, parts.minute, parts.second};
    append_padded(out, values[element.back() - '1'], int(element.size()));
  }
}

}  // namespace

GoTime GoTime::from(Timestamp time) {
  GoTime result;
  const std::int64_t millis = to_millis(time);
  result.seconds = millis >= 0 ? millis / 1000 : -((999 - millis) / 1000);
  result.nanoseconds = std::int32_t((millis - result.seconds * 1000) * 1'000'000);
  return result;
}

std::int64_t GoTime::offset_seconds() const {
  if (fixed_offset_minutes != 0) return std::int64_t(fixed_offset_minutes) * 60;
  return std::chrono::floor<std::chrono::seconds>(zone.offset(from_millis(seconds * 1000))).count();
}

std::string GoTime::zone_abbreviation() const {
  if (fixed_offset_minutes == 0) return zone.abbreviation(from_millis(seconds * 1000));
  std::string text;
  append_offset(text, offset_seconds(), "-0700");
  return text;
}

GoTime GoTime::plus(std::int64_t nanoseconds_more) const {
  GoTime result = *this;
  std::int64_t rest = nanoseconds + nanoseconds_more % kNanosecondsPerSecond;
  result.seconds += nanoseconds_more / kNanosecondsPerSecond;
  if (rest < 0) {
    rest += kNanosecondsPerSecond;
    --result.seconds;
  } else if (rest >= kNanosecondsPerSecond) {
    rest -= kNanosecondsPerSecond;
    ++result.seconds;
  }
  result.nanoseconds = std::int32_t(rest);
  return result;
}

std::int64_t GoTime::minus(const GoTime& other) const {
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max();
  const std::int64_t difference = seconds - other.seconds;
  if (difference > kLongest / kNanosecondsPerSecond - 1) return kLongest;
  if (difference < -(kLongest / kNanosecondsPerSecond - 1)) return -kLongest - 1;
  return difference * kNanosecondsPerSecond + nanoseconds - other.nanoseconds;
}

std::string format_go_time(const GoTime& time, std::string_view layout) {
  const Parts parts = parts_of(time);
  std::string out;
  while (!layout.empty()) {
    const std::string_view element = layout_element(layout);
    if (element.empty()) {
      out += layout[0];
      layout.remove_prefix(1);
      continue;
    }
    append_element(out, time, parts, element);
    layout.remove_prefix(element.size());
  }
  return out;
}

std::string go_time_text(const GoTime& time) {
  return format_go_time(time, "2006-01-02 15:04:05.999999999 -0700 MST");
}

std::string go_time_json(const GoTime& time) {
  return format_go_time(time, "2006-01-02T15:04:05.999999999Z07:00");
}

std::string go_duration_text(std::int64_t nanoseconds) {
  if (nanoseconds == 0) return "0s";
  const std::string sign = nanoseconds < 0 ? "-" : "";
  auto size = std::uint64_t(nanoseconds);
  if (nanoseconds < 0) size = 0 - size;
  const auto decimal = [](std::uint64_t value, std::uint64_t unit) {
    std::string text = std::to_string(value / unit);
    std::string digits = std::to_string(unit + value % unit).substr(1);
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    return digits.empty() ? text : text + "." + digits;
  };
  if (size < 1000) return sign + std::to_string(size) + "ns";
  if (size < 1'000'000) return sign + decimal(size, 1000) + "µs";
  if (size < 1'000'000'000) return sign + decimal(size, 1'000'000) + "ms";
  const std::uint64_t minutes = size / 60'000'000'000;
  std::string text = decimal(size % 60'000'000'000, 1'000'000'000) + "s";
  if (minutes > 0) text = std::to_string(minutes % 60) + "m" + text;
  if (minutes >= 60) text = std::to_string(minutes / 60) + "h" + text;
  return sign + text;
}

Result<GoTime> parse_go_time(std::string_view text) {
  const auto millis = parse_rfc3339(text);
  if (!millis) return millis.error();
  GoTime time = GoTime::from(*millis);
  // parse_rfc3339 cuts at milliseconds: the digits behind them are read here.
  if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
    std::int32_t value = 0;
    std::int32_t unit = 100'000'000;
    for (std::size_t at = point + 1; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      value += (text[at] - '0') * unit;
      unit /= 10;
    }
    time.nanoseconds = value;
  }
  const std::size_t length = text.size();
  if (text.ends_with('Z') || text.ends_with('z') || length < 6) return time;
  const std::string_view offset = text.substr(length - 6);  // "+08:00"
  int hours = 0;
  int minutes = 0;
  std::from_chars(offset.data() + 1, offset.data() + 3, hours);
  std::from_chars(offset.data() + 4, offset.data() + 6, minutes);
  time.fixed_offset_minutes = (offset[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
  return time;
}

}  // namespace lapwing::alerting
