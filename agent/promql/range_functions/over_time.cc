// The *_over_time family, changes and resets.
#include <algorithm>
#include <cmath>
#include <vector>

#include "agent/promql/compensated_sum.h"
#include "agent/promql/quantile.h"
#include "agent/promql/range_functions/declarations.h"

namespace lapwing::promql {
namespace {

double variance(const Window& window) {
  double count = 0;
  CompensatedSum mean;
  CompensatedSum squares;
  for (const double value : window.values) {
    count += 1;
    const double delta = value - (mean.sum + mean.compensation);
    mean.add(delta / count);
    squares.add(delta * (value - (mean.sum + mean.compensation)));
  }
  return (squares.sum + squares.compensation) / count;
}

/// The index of the value that `better` prefers to all others; NaN only when there is no number.
/// Of equal values the last.
template <typename Better>
std::size_t index_of_best(const Window& window, Better better) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < window.size(); ++i) {
    const double value = window.values[i];
    if (better(value, window.values[best]) || std::isnan(window.values[best])) best = i;
  }
  return best;
}

}  // namespace

double range_sum(const Window& window) {
  CompensatedSum sum;
  for (const double value : window.values) sum.add(value);
  return sum.value();
}

double range_avg(const Window& window) {
  CompensatedMean mean;
  for (const double value : window.values) mean.add(value);
  return mean.value();
}

double range_count(const Window& window) { return double(window.size()); }

double range_min(const Window& window) {
  return window.values[index_of_best(window, [](double a, double b) { return a < b; })];
}

double range_max(const Window& window) {
  return window.values[index_of_best(window, [](double a, double b) { return a > b; })];
}

double range_first(const Window& window) { return window.values.front(); }
double range_last(const Window& window) { return window.values.back(); }
double range_present(const Window&) { return 1; }
double range_stdvar(const Window& window) { return variance(window); }
double range_stddev(const Window& window) { return std::sqrt(variance(window)); }

double range_quantile(const Window& window) {
  std::vector<double> values(window.values.begin(), window.values.end());
  return quantile_of(window.scalars[0], values);
}

double range_mad(const Window& window) {
  std::vector<double> values(window.values.begin(), window.values.end());
  const double median = quantile_of(0.5, values);
  for (double& value : values) value = std::fabs(value - median);
  return quantile_of(0.5, values);
}

double range_changes(const Window& window) {
  double count = 0;
  for (std::size_t i = 1; i < window.size(); ++i) {
    const double previous = window.values[i - 1];
    const double value = window.values[i];
    if (value != previous && !(std::isnan(value) && std::isnan(previous))) count += 1;
  }
  return count;
}

double range_resets(const Window& window) { return double(window.falls.size()); }

double range_ts_of_min(const Window& window) {
  return to_seconds(window.times[index_of_best(window, [](double a, double b) { return a <= b; })]);
}

double range_ts_of_max(const Window& window) {
  return to_seconds(window.times[index_of_best(window, [](double a, double b) { return a >= b; })]);
}

double range_ts_of_first(const Window& window) { return to_seconds(window.times.front()); }
double range_ts_of_last(const Window& window) { return to_seconds(window.times.back()); }

}  // namespace lapwing::promql
