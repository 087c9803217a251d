// What Store::select gives: series of the head and of all tiers' files under one roof, each decoded
// when it is read. Chunks are decompressed once for the set's series in them, as far as fits.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/model/series_source.h"
#include "agent/tsdb/bucket_file.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/head.h"
#include "agent/tsdb/raw_file.h"

namespace lapwing::tsdb {

using SharedFile = std::shared_ptr<const ChunkFile>;

/// A file of a coarse tier and the parts of it that take the place of samples: rising spans.
struct CoarseSource {
  SharedFile file;
  std::vector<FileSpan> spans;
};

/// A day's minutes and the raw file of that day, if there is one.
struct MinuteDay {
  SharedFile minutes;
  SharedFile raw;
};

/// One thread.
class StoredSeriesSet final : public SeriesSet {
 public:
  /// `read_much` becomes true when it goes after a large read, whose memory malloc has then.
  StoredSeriesSet(TimeRange range, ChunkFile::Intern intern, std::atomic<bool>& read_much);
  ~StoredSeriesSet() override;
  StoredSeriesSet(const StoredSeriesSet&) = delete;
  StoredSeriesSet& operator=(const StoredSeriesSet&) = delete;

  /// Of all that a range from `from` on asks for: its first whole minute may begin before it.
  static Timestamp first_moment(Timestamp from);

  /// Before sort(). Series of the head first, by rising labels.
  void add(HeadFound found);
  /// Raw files, oldest first, with those of their series that were found.
  void add(const SharedFile& raw, const FileSeries& series, std::uint32_t number);
  /// Sources, hours first, oldest first; then their series.
  void add(CoarseSource source);
  void add_to_last_source(const FileSeries& series, std::uint32_t number);
  /// Days with minutes or samples within the range, oldest first, and the end of the newest part
  /// that neither samples nor minutes cover.
  void set_minutes(std::vector<MinuteDay> days, Timestamp without_minutes);
  /// After the last add().
  void sort();

  /// The periods that the head's samples are of.
  std::set<Timestamp> head_periods(Duration period) const;

  std::size_t size() const override { return entries_.size(); }
  const Labels& labels(std::size_t index) const override { return entry(index).labels; }
  SeriesKind kind(std::size_t index) const override { return entry(index).kind; }
  Result<void> read(std::size_t index, Columns& out) const override;
  bool read_ends(std::size_t index, RangeEnds& out) const override;
  Duration coarsest() const override { return coarsest_; }
  Result<bool> read_minutes(std::size_t index, MinuteNeed need, Minutes& out) const override;

 private:
  struct Place {
    std::uint32_t source = 0;  // index into files_
    std::uint32_t number = 0;
  };
  struct Entry {
    Labels labels;
    SeriesKind kind = SeriesKind::Unknown;
    std::vector<std::shared_ptr<const Run>> head_runs;
    std::optional<Sample> newest;  // of the head, where no other is wanted
    std::vector<Place> places;
  };
  struct Source {
    SharedFile file;
    std::vector<FileSpan> spans;  // coarse files only
  };
  using GroupKey = std::pair<std::uint32_t, std::uint32_t>;  // source, group
  struct Loaded {
    GroupChunks chunks;
    std::vector<StoredBuckets> buckets;
    std::size_t bytes = 0;
    Result<void> outcome;
    std::list<GroupKey>::iterator use;
  };

  const Entry& entry(std::size_t index) const {
    return entries_[order_.empty() ? index : order_[index]];
  }
  Entry& entry_for(const Labels& labels, SeriesKind kind);
  std::uint32_t source_of(const SharedFile& file) const;
  const Loaded& load(GroupKey key) const;
  void evict(std::size_t keep) const;
  Result<void> read_coarse(const Entry& entry, Columns& out) const;
  /// Whole: of the set's range, so that chunks are kept for other series. Narrow: a part.
  enum class Part { Whole, Narrow };
  /// Behind the first `kept` samples of `out`; others go.
  Result<void> read_samples(const Entry& entry, TimeRange range, Part part, std::size_t kept,
                            Columns& out) const;
  std::vector<FileSpan> without_tier(const Entry& entry, FileSpan wanted) const;
  Result<void> read_day(const MinuteDay& day, const Entry& entry, FileSpan span, MinuteNeed need,
                        std::vector<FileSpan>& from_samples, Minutes& out) const;
  bool minutes_cover(std::size_t day) const;
  Result<std::optional<std::uint32_t>> number_in(const SharedFile& minutes,
                                                 const Entry& entry) const;

  const TimeRange range_;
  const TimeRange loaded_range_;  // from the beginning of the first minute
  const ChunkFile::Intern intern_;
  std::atomic<bool>& read_much_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> order_;  // empty: entries_ are by labels as they are
  std::unordered_map<Labels, std::uint32_t> by_labels_;  // only where files have series too
  Duration coarsest_{0};
  std::vector<MinuteDay> days_;
  Timestamp without_minutes_ = kBeginningOfTime;
  enum class Cover : std::uint8_t { Unknown, Yes, No };
  mutable std::vector<Cover> cover_;  // of days_
  mutable std::vector<Source> sources_;
  mutable std::map<GroupKey, Slots> wanted_;  // slots of raw files
  mutable std::map<GroupKey, Loaded> loaded_;
  mutable std::list<GroupKey> uses_;  // oldest use first
  mutable BucketChunk::Scratch scratch_;
  mutable std::size_t loaded_bytes_ = 0;
  mutable std::size_t most_loaded_bytes_ = 0;
  mutable ChunkReader reader_;
  mutable DenseDecoder decoder_;        // knows columns of what is loaded
  mutable std::vector<RunView> views_;  // of the series in hand
};

}  // namespace lapwing::tsdb
