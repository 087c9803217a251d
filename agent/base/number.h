// Sample values as text, in the form that Prometheus reads and writes: shortest decimal,
// exponent only below 1e-6 or from 1e21, "NaN", "+Inf", "-Inf".
#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing {

/// Appends the value's text; every NaN is "NaN".
void append_value(std::string& out, double value);
std::string format_value(double value);

/// Appends a finite value's shortest digits without exponent, filled up with zeros: Go's 'f', -1.
void append_plain(std::string& out, double value);

/// Decimal with optional exponent, and Inf, +Inf, -Inf, NaN in any case. Invalid otherwise.
Result<double> parse_value(std::string_view text);

}  // namespace lapwing
