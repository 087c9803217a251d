#include "agent/promql/quantile.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lapwing::promql {

double quantile_of(double q, std::vector<double>& values) {
  if (values.empty() || std::isnan(q)) return std::numeric_limits<double>::quiet_NaN();
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = q * (double(values.size()) - 1);
  const double lower = std::floor(rank);
  const std::size_t below = std::size_t(lower);
  const std::size_t above = std::min(values.size() - 1, below + 1);
  const double weight = rank - lower;
  return values[below] * (1 - weight) + values[above] * weight;
}

}  // namespace lapwing::promql
