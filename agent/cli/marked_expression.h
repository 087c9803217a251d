// A query's error under its expression, with a mark where it is: what a person sees who typed it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lapwing::cli {

/// The error's text; where it begins with a position ("1:5: parse error: …", also behind
/// Prometheus's "invalid parameter "query": "), then the expression's line and a mark below the
/// place, each a line of at most `columns` characters. Control characters are replaced.
std::string mark_error(std::string_view expression, std::string_view error, std::size_t columns);

}  // namespace lapwing::cli
