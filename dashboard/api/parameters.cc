#include "dashboard/api/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "agent/base/utf8.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/go_number.h"

namespace lapwing::dashboard::api {
namespace {

/// What Prometheus's own clients send for "from the beginning" and "to the end".
constexpr std::string_view kEarliestText = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kLatestText = "292277025-08-18T07:12:54.999999999Z";

/// How the parser's error about a selector that could match every series ends.
constexpr std::string_view kMatchesEverything = " must contain at least one non-empty matcher";

Timestamp bounded(Timestamp time) {
  const Timestamp earliest = from_millis(-to_millis(kFarthestTime));
  return std::clamp(time, earliest, kFarthestTime);
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out += char(0xC0 | (code >> 6));
    out += char(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += char(0xE0 | (code >> 12));
    out += char(0x80 | ((code >> 6) & 0x3F));
    out += char(0x80 | (code & 0x3F));
  } else {
    out += char(0xF0 | (code >> 18));
    out += char(0x80 | ((code >> 12) & 0x3F));
    out += char(0x80 | ((code >> 6) & 0x3F));
    out += char(0x80 | (code & 0x3F));
  }
}

/// The text after "U__" with its escapes undone; nullopt when one is broken.
std::optional<std::string> undo_escapes(std::string_view rest) {
  std::string out;
  while (!rest.empty()) {
    if (rest[0] != '_') {
      out += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    rest.remove_prefix(1);
    if (rest.empty()) return std::nullopt;
    if (rest[0] == '_') {
      out += '_';
      rest.remove_prefix(1);
      continue;
    }
    std::uint32_t code = 0;
    const std::size_t close = rest.find('_');
    if (close == rest.npos || close > 6) return std::nullopt;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + close, code, 16);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (error != std::errc() || end != rest.data() + close || code > 0x10FFFF || surrogate)
      return std::nullopt;
    append_utf8(out, code);
    rest.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

Result<Timestamp> parse_time(std::string_view text) {
  constexpr std::int64_t kFarthestSeconds = to_millis(kFarthestTime) / 1000;
  constexpr double kLimitSeconds = double(kFarthestSeconds);
  if (const Result<double> seconds = parse_go_float(text); seconds && !std::isnan(*seconds)) {
    // Whole and broken part apart: together they have too few digits for the rounding.
    double whole = 0;
    const double part =
        std::modf(std::clamp(*seconds, -kLimitSeconds, kLimitSeconds), &whole) * 1000;
    return from_millis(std::llround(whole) * 1000 + std::llround(part));
  }
  // RFC 3339 has small letters too, Go does not.
  const bool small = text.find_first_of("tz") != text.npos;
  if (const Result<Timestamp> time = parse_rfc3339(text); time && !small) return bounded(*time);
  if (text == kEarliestText) return bounded(kBeginningOfTime);
  if (text == kLatestText || text.substr(0, 1) == "+") {
    // A form decodes "+" to a blank unless it was escaped; both spellings mean the same here.
    if (text == kLatestText || text.substr(1) == kLatestText) return bounded(kNever);
  }
  return invalid("cannot parse " + quoted(text) + " to a valid timestamp");
}

Result<std::chrono::nanoseconds> parse_api_duration(std::string_view text) {
  using std::chrono::nanoseconds;
  const Error bad = invalid("cannot parse " + quoted(text) + " to a valid duration");
  if (const Result<double> seconds = parse_go_float(text)) {
    const double nanos = *seconds * 1e9;
    constexpr double kLimit = 9223372036854775807.0;
    // What Go makes of a NaN: less than any duration.
    if (std::isnan(nanos)) return nanoseconds::min();
    if (!(std::fabs(nanos) < kLimit)) return invalid(bad.message + ". It overflows int64");
    return nanoseconds(std::llround(nanos));
  }
  const Result<Duration> duration = parse_duration(text);
  if (!duration || *duration > std::chrono::duration_cast<Duration>(nanoseconds::max())) return bad;
  return nanoseconds(*duration);
}

Result<Timestamp> time_parameter(const http::Request& request, std::string_view name,
                                 Timestamp fallback) {
  const std::string_view text = request.parameter(name);
  if (text.empty()) return fallback;
  Result<Timestamp> time = parse_time(text);
  if (time) return time;
  return invalid_parameter(
      name, "invalid time value for '" + std::string(name) + "': " + time.error().message);
}

Result<std::size_t> limit_parameter(const http::Request& request) {
  const std::string_view text = request.parameter("limit");
  if (text.empty()) return std::size_t{0};
  const Result<std::int64_t> value = parse_go_integer(text, "Atoi");
  if (!value) return invalid_parameter("limit", value.error().message);
  if (*value < 0) return invalid_parameter("limit", "limit must be non-negative");
  return std::size_t(*value);
}

Result<TimeRange> range_parameters(const http::Request& request) {
  const Result<Timestamp> from = time_parameter(request, "start", kBeginningOfTime);
  if (!from) return from.error();
  const Result<Timestamp> to = time_parameter(request, "end", kNever);
  if (!to) return to.error();
  return TimeRange{*from, *to};
}

Result<std::vector<std::vector<Matcher>>> matcher_parameters(const http::Request& request) {
  std::vector<std::vector<Matcher>> out;
  for (const std::string& text : request.parameters_named("match[]")) {
    // Two errors that Prometheus words otherwise here than in a query.
    if (text.empty()) return invalid("unknown position: parse error: unexpected end of input");
    Result<std::vector<Matcher>> matchers = promql::parse_selector(text);
    if (!matchers && matchers.error().message.ends_with(kMatchesEverything))
      return invalid("match[]" + std::string(kMatchesEverything));
    if (!matchers) return std::move(matchers).error();
    out.push_back(std::move(*matchers));
  }
  return out;
}

Result<promql::Expression> query_parameter(const http::Request& request) {
  const std::string_view text = request.parameter("query");
  if (text.size() > kQueryLimitBytes)
    return invalid_parameter("query", "it has " + std::to_string(text.size()) +
                                          " bytes; the limit is " +
                                          std::to_string(kQueryLimitBytes));
  Result<promql::Expression> expression = promql::Expression::parse(text);
  if (!expression) return invalid_parameter("query", expression.error().message);
  return expression;
}

Result<bool> flag_parameter(const http::Request& request, std::string_view name) {
  const std::string_view text = request.parameter(name);
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) return true;
  for (const std::string_view no : {"", "0", "f", "F", "FALSE", "false", "False"})
    if (text == no) return false;
  return invalid_parameter(name, "error converting " + std::string(name) +
                                     ": strconv.ParseBool: parsing " + quoted(text) +
                                     ": invalid syntax");
}

std::string unescape_name(std::string_view name) {
  if (!name.starts_with("U__")) return std::string(name);
  return undo_escapes(name.substr(3)).value_or(std::string(name));
}

}  // namespace lapwing::dashboard::api
