// ChunkFile: one tier's chunks of a day or a year in a SQLite file of its own, so that retention
// unlinks and never deletes rows. Opened when first needed: a folder may hold a year of them.
// Source of truth: FORMAT.md, "Chunk files". Left out: what a chunk holds (group.h, buckets).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/series_source.h"
#include "agent/sqlite/connection.h"
#include "agent/sqlite/statement.h"
#include "agent/sqlite/transaction.h"
#include "agent/tsdb/group.h"
#include "agent/tsdb/series_block.h"
#include "agent/tsdb/series_index.h"
#include "agent/tsdb/tier.h"

namespace lapwing::tsdb {

/// Up to where the journal is in this file: of segments up to `segment` of the same epoch, the
/// samples at or before `cut`.
struct FlushMark {
  std::uint64_t epoch = 0;
  std::uint64_t segment = 0;
  Timestamp cut = kBeginningOfTime;
};

/// The series of a file; number n is in group group_of(n), slot slot_of(n). Immutable.
struct FileIndex {
  SeriesIndex index;  ///< numbers are places in `series`
  std::vector<FileSeries> series;
};

constexpr std::uint32_t group_of(std::uint32_t number) { return number / kGroupSeries; }
constexpr std::uint32_t slot_of(std::uint32_t number) { return number % kGroupSeries; }

/// Any thread, but Writer the store's alone.
class ChunkFile {
 public:
  /// Gives the head's copy of labels, so that their text is in memory once.
  using Intern = std::function<Labels(const Labels&)>;
  /// A chunk as it was stored; the start of its period. The view lives for the call.
  using Visit = std::function<Result<void>(Timestamp start, std::string_view chunk)>;
  class Writer;

  /// Touches no disk.
  ChunkFile(std::string path, Tier tier, FileSpan span)
      : path_(std::move(path)), tier_(tier), span_(span) {}

  const std::string& path() const { return path_; }
  Tier tier() const { return tier_; }
  FileSpan span() const { return span_; }
  /// As of the last load or commit.
  std::uint64_t bytes() const;

  /// Makes a missing file, ends what a crash left half done, reads what is below. Every other
  /// call does it when it was not done. Errors as in agent/sqlite.
  Result<void> load() const;
  Result<FlushMark> mark() const;
  /// Starts of the periods that have chunks, rising; each period is at most period() long.
  Result<std::vector<Timestamp>> starts() const;
  Result<Duration> period() const;
  /// Starts of those periods of which some group has several chunks, rising.
  Result<std::vector<Timestamp>> split_periods() const;
  /// Commits so far; tells whether a file has changed since another was made from it.
  Result<std::uint64_t> writes() const;
  /// Whether the day was begun anew: a lower tier has periods that were lost here.
  Result<bool> begun_anew() const;
  /// Where samples are at most, as (from, to]: the whole span before it is loaded; equal when
  /// there are none.
  TimeRange extent() const;

  /// Keep: for the next one who asks, until rest(). LookUp: the caller finds series by all of their
  /// labels alone, which takes less memory where they are many.
  enum class Cache { Keep, Leave, LookUp };
  Result<std::shared_ptr<const FileIndex>> index(const Intern& intern,
                                                 Cache cache = Cache::Keep) const;
  /// Each chunk of `group` whose period overlaps the range, oldest first, later parts after
  /// earlier ones. Ends at the first error of `visit`. Nothing when retention has removed it.
  Result<void> read(std::uint32_t group, TimeRange range, const Visit& visit) const;
  /// A number kept beside the chunks; none when there is none.
  Result<std::optional<std::uint64_t>> note(std::uint32_t key) const;

  /// PRAGMA quick_check.
  Result<void> check() const;
  /// Gives back connections and the index when they were not used since the last rest().
  void rest();
  /// The file has been unlinked or set aside: reads find nothing.
  void retire();
  bool retired() const;
  /// Whether a read found damage since the last call.
  bool take_suspicion() const;
  /// A reader found that what it was given has no meaning.
  void suspect() const;
  /// The same of one chunk; raises suspicion once, however often the chunk is read.
  void suspect_chunk(Timestamp start, std::uint32_t group, const Error& why) const;
  /// A line for each chunk named since the last call: its period, its group and why.
  std::vector<std::string> take_damaged_chunks() const;

 private:
  static constexpr std::uint64_t kUnknownBytes = ~std::uint64_t(0);
  class Reader;  // a connection taken from the pool
  struct Pooled {
    sqlite::Connection connection;
    std::optional<sqlite::Statement> chunks;  // read()'s, once it was prepared
  };
  struct Known {
    FlushMark mark;
    Duration period{0};
    std::uint64_t writes = 0;
    std::uint32_t series = 0;
    bool anew = false;
    std::vector<std::uint32_t> starts;  // minutes from the span's start, sorted
  };

  template <typename T>
  Result<T> known(T Known::* field) const;
  Result<Known> scan(sqlite::Connection& connection) const;
  Result<Pooled> take_reader() const;
  void give_back(Pooled reader) const;

  const std::string path_;
  const Tier tier_;
  const FileSpan span_;
  mutable std::atomic<std::uint64_t> bytes_{kUnknownBytes};
  mutable std::mutex load_mutex_;  // taken before mutex_: one thread loads
  mutable std::mutex mutex_;
  mutable std::optional<Known> known_;              // guarded by mutex_
  mutable std::vector<Pooled> readers_;             // guarded by mutex_; idle ones
  mutable std::shared_ptr<const FileIndex> index_;  // guarded by mutex_; may be null
  mutable bool used_ = false;                       // guarded by mutex_; since the last rest()
  mutable bool suspicious_ = false;                 // guarded by mutex_
  mutable std::set<std::pair<Timestamp, std::uint32_t>> damaged_;  // guarded by mutex_; bounded
  mutable std::vector<std::string> untold_damage_;                 // guarded by mutex_; of these
  bool retired_ = false;                                           // guarded by mutex_
};

/// One transaction; nothing is stored without commit(). The store's thread.
class ChunkFile::Writer {
 public:
  static Result<Writer> begin(ChunkFile& file, const Intern& intern);

  /// The number of a series that the file has or that was added here; none for others.
  std::optional<std::uint32_t> find(const Labels& labels) const;
  /// How many series the file has so far: the number that the next one added gets.
  std::uint32_t series() const { return next_; }
  /// Adds series that the file does not have; numbers count on from series().
  Result<void> add(std::span<const FileSeries> added);
  /// Adds a chunk as the last part of its period and group.
  Result<void> add(Timestamp start, std::uint32_t group, std::string_view chunk);
  /// Removes all parts of a period.
  Result<void> remove(Timestamp start);
  Result<void> set_note(std::uint32_t key, std::uint64_t value);
  /// `period`: the longest of the chunks added. `anew`: see ChunkFile::begun_anew().
  Result<void> commit(const FlushMark& mark, Duration period, bool anew = false);
  /// After commit(): writes the file anew without the room that removed chunks had.
  Result<void> shrink();

 private:
  Writer(ChunkFile& file, sqlite::Connection connection)
      : file_(file), connection_(std::make_unique<sqlite::Connection>(std::move(connection))) {}

  ChunkFile& file_;
  std::unique_ptr<sqlite::Connection> connection_;
  std::optional<sqlite::Transaction> transaction_;
  std::shared_ptr<const FileIndex> known_;
  std::unordered_map<Labels, std::uint32_t> added_numbers_;
  std::uint32_t next_ = 0;
  Compressor compressor_;
};

}  // namespace lapwing::tsdb
