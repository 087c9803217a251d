// SeriesCache: the store's numbers of series that are written again and again, found by the
// labels as they stand on the wire, so that a steady sender costs no allocation a series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>

#include "agent/model/labels.h"
#include "agent/model/series.h"

namespace lapwing::remote {

/// Any thread.
class SeriesCache {
 public:
  struct Entry {
    Labels labels;
    SeriesRef ref = kNoSeries;
  };

  explicit SeriesCache(std::size_t limit) : limit_(limit) {}

  /// The same for the same labels in the same order.
  static std::uint64_t hash(std::span<const Label> labels);

  /// What put() was told for exactly these labels; nothing when they stand unsorted on the wire.
  std::optional<Entry> find(std::uint64_t hash, std::span<const Label> labels) const;
  /// Forgets everything first when the cache is full: who writes goes on and fills it again.
  void put(std::uint64_t hash, Entry entry);
  void erase(std::uint64_t hash);
  std::size_t size() const;

 private:
  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;  // guarded by mutex_
};

}  // namespace lapwing::remote
