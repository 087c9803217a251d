#include "agent/promql/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "agent/promql/value_scan.h"

namespace lapwing::promql {

double quantile_of(double q, std::vector<double>& values) {
  if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  const auto less = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
  const double rank = q * (double(values.size()) - 1);
  const double lower = std::floor(rank);
  const auto below = values.begin() + std::ptrdiff_t(lower);
  // NaN makes the comparison slow; most values are numbers.
  if (has_nan(values))
    std::nth_element(values.begin(), below, values.end(), less);
  else
    std::nth_element(values.begin(), below, values.end());
  const double weight = rank - lower;
  const double low = *below;
  const double high =
      below + 1 == values.end() ? low : *std::min_element(below + 1, values.end(), less);
  return low * (1 - weight) + high * weight;
}

}  // namespace lapwing::promql
