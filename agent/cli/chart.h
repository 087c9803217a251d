// A series as a line of characters: enough to see its shape in a terminal.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace lapwing::cli {

/// One character for each of at most `columns` equal parts of `values`, from the lowest value to
/// the highest in eight steps; a part is the mean of its values. NaN is "no value", and a part
/// without one is blank. Equal values draw a line in the middle. `unicode`: block characters.
std::string sparkline(std::span<const double> values, std::size_t columns, bool unicode);

}  // namespace lapwing::cli
