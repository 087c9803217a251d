// Where windows begin and end in a column of times: found from where the last one did, in one look
// when samples and steps are regular.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "agent/base/time.h"

namespace lapwing::promql {

/// The number of leading times that are at or before a bound, for bounds that rise.
class StepSearch {
 public:
  std::size_t advance(std::span<const Timestamp> times, Timestamp bound) {
    const std::size_t guess = at_ + jump_;
    if (guess < times.size() && times[guess] > bound && (guess == 0 || times[guess - 1] <= bound)) {
      at_ = guess;
      return at_;
    }
    return search(times, bound);
  }
  std::size_t at() const { return at_; }

 private:
  std::size_t search(std::span<const Timestamp> times, Timestamp bound) {
    std::size_t low = at_;  // all before it are at or before the bound
    std::size_t stride = 1;
    while (low + stride <= times.size() && times[low + stride - 1] <= bound) {
      low += stride;
      stride *= 2;
    }
    const std::size_t high = std::min(times.size(), low + stride);
    const auto found = std::upper_bound(times.begin() + std::ptrdiff_t(low),
                                        times.begin() + std::ptrdiff_t(high), bound);
    const auto now = std::size_t(found - times.begin());
    jump_ = now - at_;
    at_ = now;
    return at_;
  }

  std::size_t at_ = 0;
  std::size_t jump_ = 0;
};

}  // namespace lapwing::promql
