// The shortest digits that read back as a value, written fast: a range answer has tens of
// thousands of them. Prometheus's form: exponent only below 1e-6 or from 1e21.
#pragma once

#include <cstddef>

namespace lapwing {

inline constexpr std::size_t kShortestBytes = 32;  ///< write_shortest needs no more

/// Writes a finite value and returns the end of its text. `out` has room for kShortestBytes.
char* write_shortest(char* out, double value);

}  // namespace lapwing
