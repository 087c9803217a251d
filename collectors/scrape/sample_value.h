// Sample values and times as exposition pages write them; accepts what Go's strconv.ParseFloat does
// less hexadecimal and 1_000, as Prometheus has it. The usual decimal is read without a library.
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::scrape {

/// A whole token: decimal, or NaN and infinity in any case. Invalid otherwise.
Result<double> parse_sample_value(std::string_view text);

/// Reads a plain decimal ([-]digits[.digits]) from `at` on, exactly, and moves `at` behind it.
/// False, with `at` anywhere up to `end`, when there is none or it needs the slow way (exponent,
/// too many digits); what follows the number is the caller's to judge.
inline bool read_plain_decimal(const char*& at, const char* end, double& value) {
  // Powers of ten up to 22 and mantissas up to 2^53 are exact doubles, and so is one operation.
  constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  unsigned long long mantissa = 0;
  const char* const whole = at;
  while (at != end && unsigned(*at - '0') < 10) mantissa = mantissa * 10 + unsigned(*at++ - '0');
  long digits = at - whole;
  if (digits == 0) return false;
  long decimals = 0;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    while (at != end && unsigned(*at - '0') < 10) mantissa = mantissa * 10 + unsigned(*at++ - '0');
    decimals = at - fraction;
    digits += decimals;
  }
  if (digits > 18 || mantissa > (1ull << 53)) return false;
  const double size = double(mantissa) / kPowers[decimals];
  value = negative ? -size : size;
  return true;
}

/// The same with hexadecimal and underscores, as Go reads numbers in labels.
Result<double> parse_label_number(std::string_view text);

/// Appends a finite or infinite `value` as OpenMetrics writes `le` and `quantile`: 1 is "1.0",
/// 1e6 is "1e+06".
void append_openmetrics_number(std::string& out, double value);

}  // namespace lapwing::collectors::scrape
