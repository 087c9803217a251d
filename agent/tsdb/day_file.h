// DayFile: one UTC day's chunks in a SQLite file of its own, so that retention unlinks and never
// deletes rows. Source of truth: FORMAT.md, "Day file".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/sqlite/connection.h"
#include "agent/tsdb/group.h"
#include "agent/tsdb/head.h"
#include "agent/tsdb/series_index.h"

namespace lapwing::tsdb {

inline constexpr Duration kDay = 24h;

constexpr std::int32_t day_of(Timestamp time) {
  return std::int32_t(floor_to(time, kDay).time_since_epoch() / kDay);
}
constexpr Timestamp day_start(std::int32_t day) { return from_millis(0) + day * kDay; }

/// "2026-11-20.db".
std::string day_file_name(std::int32_t day);
/// The day that such a name means; none for other names.
std::optional<std::int32_t> day_of_name(std::string_view name);

/// Up to where the journal is in this file: of segments up to `segment` of the same epoch, the
/// samples before `cut`.
struct FlushMark {
  std::uint64_t epoch = 0;
  std::uint64_t segment = 0;
  Timestamp cut = kBeginningOfTime;
};

struct DaySeries {
  Labels labels;
  SeriesKind kind = SeriesKind::Unknown;
  std::uint32_t group = 0;
  std::uint32_t slot = 0;
};

/// The series of a day. Immutable.
struct DayIndex {
  SeriesIndex index;  ///< numbers are places in `series`
  std::vector<DaySeries> series;
};

/// Any thread, but write() the store's alone.
class DayFile {
 public:
  /// Gives the head's copy of labels, so that their text is in memory once.
  using Intern = std::function<Labels(const Labels&)>;

  /// Makes a missing file; ends what a crash left half done. Errors as in agent/sqlite.
  static Result<std::shared_ptr<DayFile>> open(std::string path, std::int32_t day);

  std::int32_t day() const { return day_; }
  const std::string& path() const { return path_; }
  FlushMark mark() const;
  /// Where samples begin and end at most; equal when there are none.
  TimeRange extent() const;
  std::uint64_t bytes() const;

  /// Stores the runs of this day in one transaction, with the mark, and fills in places.
  Result<void> write(const std::vector<Sealed*>& series, Duration period, const FlushMark& mark,
                     const Intern& intern);

  Result<std::shared_ptr<const DayIndex>> index(const Intern& intern) const;
  /// Adds what the chunks of `group` within the range hold of the wanted slots. After Corrupt
  /// `out` has the rest. Nothing when retention has removed the file.
  Result<void> read(std::uint32_t group, const std::set<std::uint32_t>& wanted, TimeRange range,
                    StoredRuns& out) const;

  /// PRAGMA quick_check.
  Result<void> check() const;
  /// Gives back connections and the index when they were not used since the last rest().
  void rest();
  /// The file has been unlinked or set aside: reads find nothing.
  void retire();
  /// Whether a read found damage since the last call.
  bool take_suspicion();

 private:
  DayFile(std::string path, std::int32_t day) : path_(std::move(path)), day_(day) {}

  class Reader;  // a connection taken from the pool
  Result<void> load(sqlite::Connection& connection);
  Result<sqlite::Connection> take_reader() const;
  void give_back(sqlite::Connection connection) const;
  bool retired() const;
  void suspect() const;
  Result<void> place(sqlite::Connection& connection, const std::vector<Sealed*>& series,
                     const Intern& intern);
  Result<void> write_chunks(sqlite::Connection& connection, const std::vector<Sealed*>& series,
                            Duration period);

  const std::string path_;
  const std::int32_t day_;
  mutable std::mutex mutex_;
  FlushMark mark_;                     // guarded by mutex_
  Duration period_{};                  // guarded by mutex_; the longest so far
  std::vector<std::uint32_t> starts_;  // guarded by mutex_; of chunks, minutes, sorted
  mutable std::vector<sqlite::Connection> readers_;  // guarded by mutex_; idle ones
  mutable std::shared_ptr<const DayIndex> index_;    // guarded by mutex_; may be null
  mutable bool used_ = false;                        // guarded by mutex_; since the last rest()
  mutable bool suspicious_ = false;                  // guarded by mutex_
  bool retired_ = false;                             // guarded by mutex_
  std::uint64_t series_version_ = 0;  // guarded by mutex_; counts added series' commits
};

}  // namespace lapwing::tsdb
