// Numbers in request parameters as Go's strconv reads them, since Prometheus's clients may write
// whatever it takes: hexadecimal floats, underscores between digits. Source of truth: a running
// Prometheus and Go's specification of floating-point literals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::dashboard::api {

/// A float; Inf and NaN in any case. Invalid also when it is out of a double's range.
Result<double> parse_go_float(std::string_view text);

/// A whole number in decimal. Invalid with Go's words: `strconv.FUNCTION: parsing "x": invalid
/// syntax` or `…: value out of range`.
Result<std::int64_t> parse_go_integer(std::string_view text, std::string_view function);

/// Go's 'g' with the shortest digits: an exponent below 1e-4 and from 1e6 on;
/// "NaN", "+Inf", "-Inf".
void append_go_general(std::string& out, double value);

}  // namespace lapwing::dashboard::api
