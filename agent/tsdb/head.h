// Head: the newest samples, in memory, and the series that are alive. A pure state without
// threads, files or locks: the Store guards it and hands what is old enough to the day files.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/appender.h"
#include "agent/model/series_source.h"
#include "agent/tsdb/journal_record.h"
#include "agent/tsdb/run.h"
#include "agent/tsdb/selections.h"
#include "agent/tsdb/series_index.h"

namespace lapwing::tsdb {

struct HeadOptions {
  Duration period = 15min;             ///< no run reaches over a multiple's end
  Duration out_of_order_window = 12h;  ///< how far behind its newest a series takes samples
  std::uint32_t series_limit = 200'000;
  /// Of samples, series, labels and their index together, of the journal's memory, and of what
  /// writing samples out takes beside them. Series may take half of it; past that new ones are
  /// refused. Past all of it the oldest samples are given up.
  std::size_t size_limit_bytes = 256u << 20;
};

inline constexpr Duration kFarthestAhead = 10min;  ///< of now; ARCHITECTURE, "Time"
inline constexpr std::size_t kLabelsLimit = 128;
inline constexpr std::size_t kLabelBytesLimit = 16 * 1024;

/// What a reader needs of each series in its range.
enum class Wanted : std::uint8_t { Samples, Newest };

/// A live series as a reader finds it.
struct HeadFound {
  Labels labels;
  SeriesKind kind = SeriesKind::Unknown;
  std::vector<std::shared_ptr<const Run>> runs;
  std::optional<Sample> newest;  ///< where it is all that is wanted: no runs then
};

/// What is ready for the day files: a series' runs.
struct Sealed {
  SeriesRef ref{};
  Labels labels;
  SeriesKind kind = SeriesKind::Unknown;
  std::vector<std::shared_ptr<const Run>> runs;
};

class Head {
 public:
  explicit Head(const HeadOptions& options);

  SourceRef source(std::string_view name);
  Result<SeriesRef> resolve(const Labels& labels, SeriesKind kind, Timestamp now);
  /// `oldest`: what is before it would be thrown away by retention. Entries of what was stored go
  /// to `journal` unless it is null; `segment` is the journal's segment.
  AppendOutcome append(const Batch& batch, Timestamp now, Timestamp oldest, JournalEncoder* journal,
                       std::uint64_t segment);

  /// Series that meet the matchers and are live or have samples in the range, by rising labels.
  void select(std::span<const Matcher> matchers, TimeRange range, Wanted wanted,
              std::vector<HeadFound>& found) const;
  /// The same, labels alone.
  void visit(std::span<const Matcher> matchers, TimeRange range,
             const SeriesIndex::Visit& visit) const;
  /// The head's copy of these labels where it has one, to share the text.
  Labels intern(const Labels& labels) const;

  /// Runs whose period, left-open, ends at or before `cut`, so that their samples are at or before
  /// it; open ones among them are sealed. They stay.
  std::vector<Sealed> collect(Timestamp cut);
  /// Takes runs that collect() gave out of the head: they are stored elsewhere.
  void remove(const std::vector<Sealed>& stored);
  /// Gives up the oldest runs until the size limit is kept; the number of samples lost.
  std::uint64_t give_up_oldest();
  /// Series without runs whose newest sample and resolve are before `before` leave.
  std::size_t retire(Timestamp before);

  std::size_t series() const { return index_.size(); }
  /// Memory in all: samples, series, labels, index, columns of times.
  std::size_t bytes() const { return sample_bytes() + series_bytes(); }
  /// What leaves with the samples.
  std::size_t sample_bytes() const;
  /// What stays while the series are alive.
  std::size_t series_bytes() const;
  /// What else the limit has to bear.
  void set_bytes_beside(std::size_t bytes) { bytes_beside_ = bytes; }
  /// Whether samples take more than the series, and flushing these, leave them of the size limit.
  bool over_limit() const { return sample_bytes() > sample_limit(); }
  /// Whether they take more than half of that: time to write them out.
  bool half_full() const { return sample_bytes() > sample_limit() / 2; }
  Timestamp newest() const { return from_millis(newest_); }
  /// kNever when the head holds no samples.
  Timestamp oldest() const;

 private:
  struct Series {
    Labels labels;
    SeriesKind kind = SeriesKind::Unknown;
    bool has_newest = false;
    std::int64_t newest_time = 0;
    double newest_value = 0;
    std::int64_t resolved_time = 0;
    std::uint64_t journal_segment = 0;  // in which the journal has its definition
    OpenRun open;
    std::unique_ptr<OpenRun> late;  // behind newest_time
    std::vector<std::shared_ptr<const Run>> sealed;
  };
  struct Source {
    std::string name;
    std::shared_ptr<TimeColumn> column;
  };
  enum class Fate { Stored, OutOfOrder, Conflicting };
  // Refs are never used again, so their table is in pages that go when all of theirs have.
  static constexpr std::size_t kPageSeries = 1024;
  struct Page {
    std::array<std::unique_ptr<Series>, kPageSeries> series;
    std::size_t live = 0;
  };

  using ColumnBytes = std::shared_ptr<std::atomic<std::size_t>>;

  std::size_t sample_limit() const;
  Result<void> check_new(const Labels& labels) const;
  std::shared_ptr<TimeColumn> make_column() const;
  Series* find(SeriesRef ref) const;
  std::int64_t period_of(std::int64_t time) const;
  std::uint32_t column_place(Source& source, std::int64_t time);
  Fate store(Series& series, std::int64_t time, double value,
             const std::shared_ptr<TimeColumn>& column, std::uint32_t index,
             OnConflict on_conflict);
  Fate store_late(Series& series, std::int64_t time, double value, OnConflict on_conflict);
  static bool find_stored(const Series& series, std::int64_t time, double& value);
  void extend(Series& series, OpenRun& run, std::int64_t time, double value,
              const std::shared_ptr<TimeColumn>& column, std::uint32_t index);
  void seal(Series& series, OpenRun& run);
  static HeadFound samples_of(const Series& series, TimeRange range);
  static bool has_samples(const Series& series, TimeRange range);

  const HeadOptions options_;
  std::map<std::string, std::uint32_t, std::less<>> source_numbers_;
  std::vector<Source> sources_;
  std::vector<std::unique_ptr<Page>> pages_;
  std::uint32_t next_ref_ = 1;
  SeriesIndex index_;
  mutable Selections selections_;  // of index_; const calls come one at a time too
  std::size_t run_bytes_ = 0;      // of sealed runs and of what open ones hold
  std::size_t label_bytes_ = 0;    // of live series
  std::size_t bytes_beside_ = 0;
  const ColumnBytes column_bytes_ = std::make_shared<std::atomic<std::size_t>>(0);
  std::int64_t newest_ = to_millis(kBeginningOfTime);
  std::vector<std::uint32_t> skipped_;  // of the batch in hand
};

}  // namespace lapwing::tsdb
