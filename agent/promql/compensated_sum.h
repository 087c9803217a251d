// Sums that lose no small terms: Kahan's method with Neumaier's improvement, and the mean built
// on it that does not overflow.
#pragma once

#include <cmath>

namespace lapwing::promql {

struct CompensatedSum {
  double sum = 0;
  double compensation = 0;

  void add(double term) {
    const double total = sum + term;
    if (std::isinf(total))
      compensation = 0;
    else if (std::fabs(sum) >= std::fabs(term))
      compensation += (sum - total) + term;
    else
      compensation += (term - total) + sum;
    sum = total;
  }
  double value() const { return std::isinf(sum) ? sum : sum + compensation; }
};

/// Divides a sum by the count while the sum is finite, and carries the mean along from the moment
/// it would overflow.
struct CompensatedMean {
  CompensatedSum state;  ///< the sum, or the mean once `incremental`
  double count = 0;
  bool incremental = false;

  void add(double value) {
    count += 1;
    if (!incremental) {
      CompensatedSum next = state;
      next.add(value);
      if (count == 1 || !std::isinf(next.sum)) {
        state = next;
        return;
      }
      incremental = true;
      state.sum /= count - 1;
      state.compensation /= count - 1;
    }
    const double share = (count - 1) / count;
    state.sum *= share;
    state.compensation *= share;
    state.add(value / count);
  }
  double value() const {
    if (incremental) return state.sum + state.compensation;
    return state.sum / count + state.compensation / count;
  }
};

}  // namespace lapwing::promql
