// SampleCounter: how many stored samples a query looked at, step by step: what Prometheus shows as
// totalQueryableSamples. A sample in the windows of several steps counts at each of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

namespace lapwing::promql {

class SampleCounter {
 public:
  explicit SampleCounter(std::size_t steps) : at_step_(std::max<std::size_t>(steps, 1)) {}

  /// Steps past the last one count there: the steps of a subquery that is the whole query.
  void add(std::size_t step, std::uint64_t samples) {
    at_step_[std::min(step, at_step_.size() - 1)] += samples;
  }
  void add_to_all(std::uint64_t samples) {
    for (std::uint64_t& count : at_step_) count += samples;
  }
  void add(const SampleCounter& other) {
    for (std::size_t step = 0; step < other.at_step_.size(); ++step)
      add(step, other.at_step_[step]);
  }
  std::uint64_t total() const {
    return std::accumulate(at_step_.begin(), at_step_.end(), std::uint64_t(0));
  }
  const std::vector<std::uint64_t>& at_step() const { return at_step_; }

 private:
  std::vector<std::uint64_t> at_step_;
};

/// Null while nobody wants to know. Streams keep the one that was current when they were made; some
/// make their input when they are first asked, so that who set a scope for a part sets it again to
/// read from it.
using SampleCounterPointer = std::shared_ptr<SampleCounter>;

/// Makes another counter the current one while a part of the query is set up.
class CounterScope {
 public:
  CounterScope(SampleCounterPointer& current, SampleCounterPointer inner)
      : current_(current), outer_(std::exchange(current, std::move(inner))) {}
  ~CounterScope() { current_ = std::move(outer_); }
  CounterScope(const CounterScope&) = delete;
  CounterScope& operator=(const CounterScope&) = delete;

 private:
  SampleCounterPointer& current_;
  SampleCounterPointer outer_;
};

}  // namespace lapwing::promql
