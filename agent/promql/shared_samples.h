// SharedSamples: what a range selector that stands in a query more than once selects, looked up
// once, and its samples read once as long as they are few enough to be held.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "agent/model/series_source.h"

namespace lapwing::promql {

class Evaluation;

/// Of one query. Used by one thread.
class SharedSamples {
 public:
  /// Samples held at once; 8 MB.
  static constexpr std::size_t kHeldLimit = std::size_t(1) << 19;

  /// `uses`: how many readers there will be at most. The evaluation must outlive it; what is held
  /// counts against its limits.
  SharedSamples(Evaluation& evaluation, std::unique_ptr<SeriesSet> set, TimeRange range,
                std::size_t uses, std::size_t held_limit = kHeldLimit);
  ~SharedSamples();
  SharedSamples(const SharedSamples&) = delete;
  SharedSamples& operator=(const SharedSamples&) = delete;

  bool covers(TimeRange range) const { return range.from == range_.from && range.to == range_.to; }
  /// For one use. What every reader has read is forgotten.
  static std::unique_ptr<SeriesSet> reader(std::shared_ptr<SharedSamples> common);

 private:
  class Reader;
  struct Held {
    Columns samples;
    std::size_t reads = 0;
    bool is_held = false;
  };

  Result<void> read(std::size_t index, Columns& out);
  void hold(Held& held, const Columns& samples);

  Evaluation& evaluation_;
  const std::unique_ptr<SeriesSet> set_;
  const TimeRange range_;
  const std::size_t uses_;
  const std::size_t held_limit_;
  std::vector<Held> held_;  // one a series
  std::size_t samples_ = 0;
};

}  // namespace lapwing::promql
