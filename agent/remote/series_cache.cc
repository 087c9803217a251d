#include "agent/remote/series_cache.h"

#include <functional>
#include <string_view>

namespace lapwing::remote {
namespace {

bool same_labels(const Labels& known, std::span<const Label> labels) {
  if (known.size() != labels.size()) return false;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (known[i] != labels[i]) return false;
  return true;
}

}  // namespace

std::uint64_t SeriesCache::hash(std::span<const Label> labels) {
  std::uint64_t hash = labels.size();
  const std::hash<std::string_view> hash_of;
  for (const Label& label : labels)
    for (const std::string_view text : {label.name, label.value})
      hash = (hash ^ hash_of(text)) * 0x9E3779B97F4A7C15ull + (hash >> 29);  // the golden ratio
  return hash;
}

std::optional<SeriesCache::Entry> SeriesCache::find(std::uint64_t hash,
                                                    std::span<const Label> labels) const {
  const std::lock_guard lock(mutex_);
  const auto at = entries_.find(hash);
  if (at == entries_.end() || !same_labels(at->second.labels, labels)) return std::nullopt;
  return at->second;
}

void SeriesCache::put(std::uint64_t hash, Entry entry) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= limit_ && !entries_.contains(hash)) entries_.clear();
  entries_[hash] = std::move(entry);
}

void SeriesCache::erase(std::uint64_t hash) {
  const std::lock_guard lock(mutex_);
  entries_.erase(hash);
}

std::size_t SeriesCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace lapwing::remote
