// PublishedSeries: the series that one rule writes. It remembers their refs, and ends with a
// stale marker those that the rule stops producing.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/appender.h"
#include "agent/model/sample.h"

namespace lapwing::alerting {

struct PublishedSample {
  Labels labels;  ///< with the metric's name
  double value = 0;
};

/// One thread.
class PublishedSeries {
 public:
  /// Appends the samples at `time` and ends the series that are not among them. Gives the number
  /// of samples that the store refused.
  std::size_t publish(Appender& appender, SourceRef source, Timestamp time,
                      const std::vector<PublishedSample>& samples);
  /// The series was written before a restart: the next publish() ends it unless it has it.
  void expect(const Labels& labels) { known_.try_emplace(labels); }
  /// Whether there are series that the next publish() goes on with or ends.
  bool any() const { return !known_.empty(); }
  /// Ends all of them.
  void end(Appender& appender, SourceRef source, Timestamp time);

 private:
  struct Known {
    SeriesRef ref = kNoSeries;
    std::uint64_t round = 0;
  };
  std::unordered_map<Labels, Known> known_;
  std::uint64_t round_ = 0;
  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
};

}  // namespace lapwing::alerting
