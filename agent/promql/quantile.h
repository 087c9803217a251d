// The quantile of a set of numbers, linear between the two nearest.
#pragma once

#include <vector>

namespace lapwing::promql {

/// q < 0 is −Inf, q > 1 is +Inf, NaN or no values are NaN. NaN values come first. Reorders
/// `values`.
double quantile_of(double q, std::vector<double>& values);

}  // namespace lapwing::promql
