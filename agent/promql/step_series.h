// What evaluation works on: one series' values over the step grid, and streams of such series.
// A step at which a series has no value holds the stale marker: no arithmetic can produce its
// bits (it is a signalling NaN), so it needs no bitmap beside the values.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/model/sample.h"

namespace lapwing::promql {

inline bool is_absent(double value) { return is_stale(value); }
inline double absent_value() { return std::bit_cast<double>(kStaleBits); }

/// The evaluation times of an expression: first, first + step, …
struct StepGrid {
  Timestamp first;
  Duration step{1};
  std::size_t count = 1;
  /// How far past the last step the end that was asked for lies; less than a step. Subqueries are
  /// evaluated to there (Prometheus), for what they say of steps that no window sees.
  Duration beyond{};

  /// from ≤ to.
  static StepGrid between(Timestamp from, Timestamp to, Duration step) {
    return {from, step, std::size_t((to - from) / step) + 1, (to - from) % step};
  }

  Timestamp at(std::size_t index) const { return first + step * std::int64_t(index); }
  Timestamp last() const { return at(count - 1); }
  /// From the first step to the end that was asked for.
  Duration length() const { return step * std::int64_t(count - 1) + beyond; }
};

struct StepSeries {
  Labels labels;
  std::vector<double> values;  ///< one a step; absent_value() where there is none
};

/// Series one at a time. Used by one thread.
class SeriesStream {
 public:
  virtual ~SeriesStream() = default;
  /// Overwrites `out` with the next series that has a value at any step; false at the end.
  /// Throws QueryFailure.
  virtual bool next(StepSeries& out) = 0;
  /// Whether dropping the metric name keeps the label sets of all its series apart.
  virtual bool one_name() const { return false; }
};

using SeriesStreamPointer = std::unique_ptr<SeriesStream>;

/// A scalar over the grid: a value a step, or a single one for all.
struct ScalarColumn {
  std::vector<double> values;

  double at(std::size_t step) const { return values[values.size() == 1 ? 0 : step]; }
};

}  // namespace lapwing::promql
