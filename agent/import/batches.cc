#include "agent/import/batches.h"

#include <string>

namespace lapwing::import {
namespace {

// Fewer samples of one time are no page: their times are as cheap one by one.
constexpr std::size_t kPageSamples = 8;
// Pages that begin with different series are different targets; further ones share no time column.
constexpr std::size_t kSourceLimit = 1000;

}  // namespace

Batches::Batches(Appender& appender) : appender_(appender) {
  refs_.reserve(kBatchSamples);
  values_.reserve(kBatchSamples);
  times_.reserve(kBatchSamples);
}

void Batches::make_room(Timestamp time) {
  const bool full = refs_.size() == kBatchSamples;
  const bool page_continues = full && !own_times_ && time == time_;
  if (full || (!own_times_ && refs_.size() >= kPageSamples)) {
    const SourceRef source = own_times_ || refs_.empty() ? kNoSource : source_of(refs_.front());
    flush();
    continued_ = page_continues ? source : kNoSource;
  } else if (!own_times_ && !refs_.empty()) {
    own_times_ = true;
    times_.assign(refs_.size(), time_);
  }
  time_ = time;
}

SourceRef Batches::source_of(SeriesRef first) {
  if (continued_ != kNoSource) return continued_;
  const auto known = sources_.find(std::uint32_t(first));
  if (known != sources_.end()) return known->second;
  if (sources_.size() >= kSourceLimit) return kNoSource;
  const SourceRef source = appender_.source("import/" + std::to_string(sources_.size() + 1));
  sources_.emplace(std::uint32_t(first), source);
  return source;
}

void Batches::flush() {
  if (refs_.empty()) return;
  Batch batch{.time = time_, .refs = refs_, .values = values_};
  if (own_times_)
    batch.times = times_;
  else
    batch.source = source_of(refs_.front());
  const AppendOutcome outcome = appender_.append(batch);
  fates_.stored += outcome.stored;
  fates_.out_of_order += outcome.out_of_order;
  fates_.conflicting += outcome.conflicting;
  fates_.too_far_ahead += outcome.too_far_ahead;
  fates_.orphaned += outcome.retired.size();
  refs_.clear();
  values_.clear();
  times_.clear();
  own_times_ = false;
  continued_ = kNoSource;
}

}  // namespace lapwing::import
