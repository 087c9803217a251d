// The parts of a line of OpenMetrics text (OpenMetrics 1.0, "Text Format", with Prometheus's
// quoted UTF-8 names): which series, which value, which time. Pure. A reader of its own beside
// that of scraping: here every sample has a time, a line is read in a few nanoseconds, and text is
// seen only once a series. Left out: native histograms.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/labels.h"

namespace lapwing::import {

/// Length of `line`'s beginning that names the series: metric name and labels, without the blanks
/// behind. Invalid when there is no end to it.
Result<std::size_t> identity_length(std::string_view line);

/// `name{a="1"}`, `name`, `{"name",a="1"}` as labels. Invalid says what is wrong with it.
Result<Labels> parse_identity(std::string_view identity);

/// Reads a number from `at`, which moves behind it; exact, as strtod would. False when no number
/// is there. The text must end in something that no number has, such as a line break.
bool read_number(const char*& at, const char* end, double& value);

/// Reads seconds since 1970 (a decimal, maybe with fraction and exponent) to the nearest
/// millisecond; false when none is there. What no time can be comes out as a time past the year
/// 9999 or before 1970: the caller judges.
bool read_seconds(const char*& at, const char* end, Timestamp& time);

}  // namespace lapwing::import
