#include "agent/exposition/newest_batches.h"

#include <utility>

namespace lapwing::exposition {

bool is_shown(const SourceSnapshot& snapshot, Timestamp now) {
  return snapshot.interval <= Duration::zero() ||
         now - snapshot.time <= snapshot.interval * kShownIntervals;
}

NewestBatches::NewestBatches(metrics::Registry& registry, std::size_t source_limit)
    : source_limit_(source_limit),
      refused_(registry.counter("lapwing_exposition_refused_batches_total",
                                "Batches left out of /metrics because too many sources are "
                                "shown there.")) {}

void NewestBatches::publish(std::shared_ptr<const SourceSnapshot> snapshot) {
  if (snapshot == nullptr) return;
  // What was shown before is released after the lock: it may be the last of a large layout.
  std::shared_ptr<const SourceSnapshot> before;
  const std::lock_guard lock(mutex_);
  const auto known = newest_.find(snapshot->source);
  if (known != newest_.end()) {
    before = std::exchange(known->second, std::move(snapshot));
    return;
  }
  if (newest_.size() >= source_limit_) drop_old(snapshot->time);
  if (newest_.size() >= source_limit_) {
    refused_.add();
    return;
  }
  std::string source = snapshot->source;
  newest_.emplace(std::move(source), std::move(snapshot));
}

void NewestBatches::drop_old(Timestamp now) {
  std::erase_if(newest_, [now](const auto& entry) { return !is_shown(*entry.second, now); });
}

std::vector<std::shared_ptr<const SourceSnapshot>> NewestBatches::snapshots() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const SourceSnapshot>> all;
  all.reserve(newest_.size());
  for (const auto& [source, snapshot] : newest_) all.push_back(snapshot);
  return all;
}

}  // namespace lapwing::exposition
