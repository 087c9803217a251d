// Request parameters as Prometheus's HTTP API reads them: times as float seconds or RFC 3339,
// durations as float seconds or "1h30m", limits, selectors. Errors are in its words.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/http/message.h"
#include "agent/model/matcher.h"
#include "agent/model/series_source.h"
#include "agent/promql/expression.h"

namespace lapwing::dashboard::api {

/// Times beyond this are cut to it, so that lookbacks and offsets cannot overflow.
inline constexpr Timestamp kFarthestTime = from_millis(9'000'000'000'000'000);

/// Of an expression's text: printing and checking one costs its length times its depth.
inline constexpr std::size_t kQueryLimitBytes = 256 * 1024;

/// Invalid: `cannot parse "x" to a valid timestamp`. Rounded to milliseconds; NaN is refused.
Result<Timestamp> parse_time(std::string_view text);

/// Invalid: `cannot parse "x" to a valid duration`. May be negative or zero; NaN is the least.
Result<std::chrono::nanoseconds> parse_api_duration(std::string_view text);

/// The parameter as a time, or `fallback` when it is missing or empty.
Result<Timestamp> time_parameter(const http::Request& request, std::string_view name,
                                 Timestamp fallback);

/// The whole number in `limit`; 0 when missing: no limit.
Result<std::size_t> limit_parameter(const http::Request& request);

/// `start` and `end`; missing ones mean all of time.
Result<TimeRange> range_parameters(const http::Request& request);

/// Each `match[]` parsed. Invalid when one is no selector, or could match every series.
Result<std::vector<std::vector<Matcher>>> matcher_parameters(const http::Request& request);

/// `query`, parsed. Invalid: what is wrong with it and where.
Result<promql::Expression> query_parameter(const http::Request& request);

/// Go's strconv.ParseBool: 1, t, true, 0, f, false in its spellings. Missing or empty: false.
Result<bool> flag_parameter(const http::Request& request, std::string_view name);

/// Prometheus's escaped label names in paths: U__a_2e_b is "a.b". What is no such form comes back
/// as it is.
std::string unescape_name(std::string_view name);

}  // namespace lapwing::dashboard::api
