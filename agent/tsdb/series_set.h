// What Store::select gives: series of the head and of day files under one roof, each decoded when
// it is read. Chunks are decompressed once for all of the set's series in them.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/model/series_source.h"
#include "agent/tsdb/day_file.h"
#include "agent/tsdb/head.h"

namespace lapwing::tsdb {

/// One thread.
class StoredSeriesSet final : public SeriesSet {
 public:
  explicit StoredSeriesSet(TimeRange range) : range_(range) {}

  /// Before sort(). Series of the head first, then of files, oldest day first.
  void add(HeadFound found);
  void add(const std::shared_ptr<const DayFile>& file, const DaySeries& series);
  /// After the last add().
  void sort();

  std::size_t size() const override { return order_.size(); }
  const Labels& labels(std::size_t index) const override { return entry(index).labels; }
  SeriesKind kind(std::size_t index) const override { return entry(index).kind; }
  Result<void> read(std::size_t index, Columns& out) const override;

 private:
  struct Place {
    std::uint32_t file = 0;  // index into files_
    std::uint32_t group = 0;
    std::uint32_t slot = 0;
  };
  struct Entry {
    Labels labels;
    SeriesKind kind = SeriesKind::Unknown;
    std::vector<std::shared_ptr<const Run>> head_runs;
    std::vector<Place> places;
  };
  using GroupKey = std::pair<std::uint32_t, std::uint32_t>;  // file, group
  struct Loaded {
    StoredRuns runs;
    std::size_t bytes = 0;
    Result<void> outcome;
    std::list<GroupKey>::iterator use;
  };

  const Entry& entry(std::size_t index) const { return entries_[order_[index]]; }
  Entry& entry_for(const Labels& labels, SeriesKind kind);
  const Loaded& load(GroupKey key) const;
  void evict(std::size_t keep) const;

  const TimeRange range_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> order_;
  std::unordered_map<Labels, std::uint32_t> by_labels_;
  std::vector<std::shared_ptr<const DayFile>> files_;
  std::map<GroupKey, std::set<std::uint32_t>> wanted_;  // slots
  mutable std::map<GroupKey, Loaded> loaded_;
  mutable std::list<GroupKey> uses_;  // oldest use first
  mutable std::size_t loaded_bytes_ = 0;
};

}  // namespace lapwing::tsdb
