// Minutes: what the samples of a series in one minute come to, kept so that long windows need no
// samples. Buckets are (end - 60 s, end], since PromQL's ranges are left-open. Stale markers do
// not count in any column.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/base/time.h"

namespace lapwing {

/// What a reader of minutes looks at beside ends, times, firsts, lasts and counts.
enum class MinuteNeed : std::uint8_t { Ends, Corrections, Extremes, Sums };

/// Columns of equal length, one entry a minute that has samples, ends rising.
struct Minutes {
  std::vector<Timestamp> ends;
  std::vector<Timestamp> first_times;
  std::vector<Timestamp> last_times;
  std::vector<double> firsts;
  std::vector<double> lasts;
  std::vector<std::uint32_t> counts;
  /// Counters: the sum of the values before each fall inside the bucket, zero without one; so
  /// that increase = last - first + correction, as Prometheus computes it. A fall between two
  /// buckets is seen by comparing the last with the next first. NaN where not kept.
  std::vector<double> corrections;
  /// Gauges: of all values, NaN rules as in min_over_time; NaN where not kept.
  std::vector<double> minima;
  std::vector<double> maxima;
  std::vector<double> sums;  ///< exact where every value is an integer below 2^53; see exact_sums
  bool corrections_kept = false;
  bool extremes_kept = false;  ///< minima, maxima and sums
  bool exact_sums = false;     ///< each sum is the true one, whatever the order of adding

  std::size_t size() const { return ends.size(); }
  void clear() { *this = Minutes(); }
};

}  // namespace lapwing
