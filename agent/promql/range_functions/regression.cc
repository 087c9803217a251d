// Straight lines and smoothing through a window's samples.
#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "agent/promql/compensated_sum.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/range_functions/declarations.h"

namespace lapwing::promql {
namespace {

struct Line {
  double slope = 0;
  double intercept = 0;  ///< at the time asked for
};

bool is_constant(const Window& window) {
  for (const double value : window.values)
    if (value != window.values.front()) return false;
  return true;
}

/// Least squares; needs two samples.
Line fit(const Window& window, Timestamp origin) {
  if (is_constant(window)) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    if (std::isinf(window.values.front())) return {kNaN, kNaN};
    return {0, window.values.front()};
  }
  CompensatedSum x_sum;
  CompensatedSum y_sum;
  CompensatedSum xy_sum;
  CompensatedSum xx_sum;
  for (std::size_t i = 0; i < window.size(); ++i) {
    const double x = to_seconds(window.times[i] - origin);
    const double y = window.values[i];
    x_sum.add(x);
    y_sum.add(y);
    xy_sum.add(x * y);
    xx_sum.add(x * x);
  }
  const double n = double(window.size());
  const double x = x_sum.value();
  const double y = y_sum.value();
  const double covariance = xy_sum.value() - x * y / n;
  const double variance = xx_sum.value() - x * x / n;
  const double slope = covariance / variance;
  return {slope, y / n - slope * x / n};
}

}  // namespace

double range_deriv(const Window& window) {
  if (window.size() < 2) return absent_value();
  return fit(window, window.times.front()).slope;
}

double range_predict_linear(const Window& window) {
  if (window.size() < 2) return absent_value();
  const Line line = fit(window, window.step_time);
  return line.slope * window.scalars[0] + line.intercept;
}

double range_double_exponential_smoothing(const Window& window) {
  const double smoothing = window.scalars[0];
  const double trend = window.scalars[1];
  if (smoothing <= 0 || smoothing >= 1)
    fail_query(fmt::format("invalid smoothing factor. Expected: 0 < sf < 1, got: {:f}", smoothing));
  if (trend <= 0 || trend >= 1)
    fail_query(fmt::format("invalid trend factor. Expected: 0 < tf < 1, got: {:f}", trend));
  if (window.size() < 2) return absent_value();
  double level_before = 0;
  double level = window.values[0];
  double slope = window.values[1] - window.values[0];
  for (std::size_t i = 1; i < window.size(); ++i) {
    if (i > 1) slope = trend * (level - level_before) + (1 - trend) * slope;
    level_before = level;
    level = smoothing * window.values[i] + (1 - smoothing) * (level + slope);
  }
  return level;
}

}  // namespace lapwing::promql
