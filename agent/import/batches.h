// Batches: gathers single samples into batches as the store takes them best: one time for all
// where the text goes by time (a page a scrape), a time each where it goes by series.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/appender.h"

namespace lapwing::import {

/// Numbers of samples, by what became of them.
struct Fates {
  std::uint64_t stored = 0;
  std::uint64_t out_of_order = 0;   ///< older than the store takes
  std::uint64_t conflicting = 0;    ///< the series has another value at that time
  std::uint64_t too_far_ahead = 0;  ///< over 10 minutes ahead of this machine's clock
  std::uint64_t orphaned = 0;       ///< the store had given the series up meanwhile
};

/// One thread. `Appender` must outlive it.
class Batches {
 public:
  explicit Batches(Appender& appender);

  /// May append what was gathered before.
  void add(SeriesRef series, Timestamp time, double value) {
    if (time != time_ || refs_.size() == kBatchSamples) make_room(time);
    refs_.push_back(series);
    values_.push_back(value);
    if (own_times_) times_.push_back(time);
  }
  /// Appends what is gathered.
  void flush();

  /// What became of all batches so far.
  const Fates& fates() const { return fates_; }

 private:
  static constexpr std::size_t kBatchSamples = 4096;

  void make_room(Timestamp time);
  SourceRef source_of(SeriesRef first);

  Appender& appender_;
  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  std::vector<Timestamp> times_;  // as many as refs_ when own_times_
  bool own_times_ = false;
  Timestamp time_ = kNever;                               // of the newest sample
  SourceRef continued_ = kNoSource;                       // of the batch that this one goes on with
  std::unordered_map<std::uint32_t, SourceRef> sources_;  // by a page's first series
  Fates fates_;
};

}  // namespace lapwing::import
