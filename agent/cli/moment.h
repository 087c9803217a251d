// Moment: a point in time as a person writes it on the command line.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"

namespace lapwing::cli {

/// Times beyond this (the year 5138) are no dates: they stay numbers.
inline constexpr double kFarthestSeconds = 1e11;

/// RFC 3339, seconds since 1970, "now", or a duration back from `now` ("-1h"). Invalid with a
/// sentence that names the option.
Result<Timestamp> parse_moment(std::string_view option, const std::string& text, Timestamp now);

}  // namespace lapwing::cli
