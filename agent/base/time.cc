#include "agent/base/time.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>

namespace lapwing {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t millis;
};

// Largest first: parse_duration asks for falling order, format_duration takes what fits.
constexpr std::array<Unit, 7> kUnits = {{{"y", 365LL * 24 * 3600 * 1000},
                                         {"w", 7LL * 24 * 3600 * 1000},
                                         {"d", 24LL * 3600 * 1000},
                                         {"h", 3600LL * 1000},
                                         {"m", 60LL * 1000},
                                         {"s", 1000},
                                         {"ms", 1}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error bad_duration(std::string_view text) {
  return invalid("not a valid duration: \"" + std::string(text) +
                 "\" (expected a number and a unit, such as 30s, 5m, 1h30m, 7d)");
}

/// Reads exactly `digits` decimal digits off the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& out) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, out);
  if (error != std::errc() || end != text.data() + digits || !is_digit(text[0])) return false;
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, char expected) {
  if (text.empty() || text[0] != expected) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration(0);
  std::string_view rest = text;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  if (rest.empty()) return bad_duration(text);
  while (!rest.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc() || !is_digit(rest[0])) return bad_duration(text);
    rest.remove_prefix(std::size_t(end - rest.data()));
    std::size_t unit_length = 0;
    while (unit_length < rest.size() && !is_digit(rest[unit_length])) ++unit_length;
    const std::string_view suffix = rest.substr(0, unit_length);
    std::size_t unit = next_unit;
    while (unit < kUnits.size() && kUnits[unit].suffix != suffix) ++unit;
    if (unit == kUnits.size()) return bad_duration(text);
    rest.remove_prefix(unit_length);
    if (count > (std::numeric_limits<std::int64_t>::max() - total) / kUnits[unit].millis)
      return invalid("duration out of range: \"" + std::string(text) + "\"");
    total += count * kUnits[unit].millis;
    next_unit = unit + 1;
  }
  return Duration(total);
}

std::string format_duration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string out;
  if (rest < 0) {
    out += '-';
    rest = -rest;
  }
  for (const Unit& unit : kUnits) {
    // As Prometheus: years and weeks only when nothing is left over.
    const bool exact_only = unit.millis >= kUnits[1].millis;
    if (rest < unit.millis || (exact_only && rest % unit.millis != 0)) continue;
    out += std::to_string(rest / unit.millis);
    out += unit.suffix;
    rest %= unit.millis;
  }
  return out;
}

std::string format_rfc3339(Timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss<Duration> clock(time - day);
  char text[64];
  int length =
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()),
                    unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                    int(clock.minutes().count()), int(clock.seconds().count()));
  if (clock.subseconds().count() != 0)
    length += std::snprintf(text + length, sizeof text - std::size_t(length), ".%03d",
                            int(clock.subseconds().count()));
  std::string out(text, std::size_t(length));
  out += 'Z';
  return out;
}

std::string format_rfc3339_millis(Timestamp time) {
  std::string text = format_rfc3339(time);
  if (text.find('.') == std::string::npos) text.insert(text.size() - 1, ".000");
  return text;
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const Error bad = invalid("not an RFC 3339 time: \"" + std::string(text) + "\"");
  std::string_view rest = text;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  const bool head = take_number(rest, 4, y) && take_char(rest, '-') && take_number(rest, 2, mo) &&
                    take_char(rest, '-') && take_number(rest, 2, d) &&
                    (take_char(rest, 'T') || take_char(rest, 't')) && take_number(rest, 2, h) &&
                    take_char(rest, ':') && take_number(rest, 2, mi) && take_char(rest, ':') &&
                    take_number(rest, 2, s);
  const year_month_day date{year(y), month(unsigned(mo)), std::chrono::day(unsigned(d))};
  if (!head || !date.ok() || h > 23 || mi > 59 || s > 60) return bad;
  std::int64_t millis = 0;
  if (take_char(rest, '.')) {
    if (rest.empty() || !is_digit(rest[0])) return bad;
    for (std::int64_t scale = 100; !rest.empty() && is_digit(rest[0]); scale /= 10) {
      millis += (rest[0] - '0') * scale;
      rest.remove_prefix(1);
    }
  }
  minutes offset{0};
  if (!take_char(rest, 'Z') && !take_char(rest, 'z')) {
    const bool west = !rest.empty() && rest[0] == '-';
    int oh = 0, om = 0;
    if (!(take_char(rest, '+') || take_char(rest, '-')) || !take_number(rest, 2, oh) ||
        !take_char(rest, ':') || !take_number(rest, 2, om))
      return bad;
    offset = hours(oh) + minutes(om);
    if (west) offset = -offset;
  }
  if (!rest.empty()) return bad;
  return Timestamp(sys_days(date) + hours(h) + minutes(mi) + seconds(s) + Duration(millis) -
                   offset);
}

Timestamp SystemClock::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemClock::monotonic() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace lapwing
