// Store: the local time-series store. Samples enter a head in memory, a journal holds what is not
// yet in a day's file, chunks of groups of series go to a SQLite file a day, their minutes to
// another one, hours to one a year, and retention unlinks such files. On disk: FORMAT.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/model/records.h"
#include "agent/model/series_source.h"
#include "agent/model/status.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/folder.h"
#include "agent/tsdb/head.h"
#include "agent/tsdb/journal.h"
#include "agent/tsdb/record_log.h"
#include "agent/tsdb/retention.h"
#include "agent/tsdb/series_set.h"
#include "agent/tsdb/store_metrics.h"
#include "agent/tsdb/tier_files.h"

namespace lapwing::tsdb {

struct StoreOptions {
  std::string folder;  ///< the store's own: nothing else may be in it
  Retention raw{7 * 24h, 1ull << 30};
  Retention minutes{90 * 24h, 0};
  Retention hours{2 * 365 * 24h, 0};
  Duration sync_interval = 10s;                   ///< what a power cut may take
  Duration head_hold = 10min;                     ///< how long a full period stays in memory
  HeadOptions head;                               ///< period, out-of-order window, limits
  std::size_t pending_limit_bytes = 32u << 20;    ///< of journal frames that the disk does not take
  std::uint64_t records_limit_bytes = 64u << 20;  ///< of each kind of records
  bool bulk = false;  ///< for imports: no journal, samples of any age, no retention before the end
};

class Store final : public Appender, public SeriesSource, public Records {
 public:
  /// Locks the folder, replays the journal. Unavailable, in one line, when the folder is in use
  /// by another agent or cannot be written. Damaged files are set aside, logged and counted, and
  /// the store opens without them. All arguments must outlive the Store.
  static Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock, Log& log,
                                             metrics::Registry& registry);
  /// close()
  ~Store() override;

  // Appender
  SourceRef source(std::string_view name) override;
  Result<SeriesRef> resolve(const Labels& labels, SeriesKind kind) override;
  AppendOutcome append(const Batch& batch) override;

  // SeriesSource
  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                            TimeRange range) const override;
  Result<std::unique_ptr<SeriesSet>> select_newest(std::span<const Matcher> matchers,
                                                   TimeRange range) const override;
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                               TimeRange range) const override;
  Result<std::vector<std::string>> label_values(std::string_view label,
                                                std::span<const Matcher> matchers,
                                                TimeRange range) const override;

  // Records
  void append(std::string_view kind, Timestamp time, std::string_view bytes) override;
  Result<std::vector<Record>> read(std::string_view kind, TimeRange range,
                                   std::size_t limit) const override;

  /// All that touches the disk: journal, chunks, retention. One thread only; due again at the
  /// time returned, shortly after the next whole second.
  Timestamp step(Timestamp now);
  /// Writes and syncs the journal; a later open() finds everything. The thread of step(), or
  /// when that has stopped. Appends after it stay in memory.
  void close();
  /// Puts all of the head into the day files at once: for imports and tests. Thread of step().
  Result<void> flush_all(Timestamp now);
  /// For bulk writers, every so many samples: writes when the head is half full; whole periods
  /// alone where that is enough. Thread of step().
  Result<void> relieve(Timestamp now);
  /// Ends a bulk: flush_all(), several chunks of a period made one, and the hours of all days that
  /// are over. Thread of step().
  Result<void> finish_bulk(Timestamp now);

  /// As of the last step. Any thread; never null.
  std::shared_ptr<const StoreStatus> status() const;

 private:
  struct Frame {
    std::uint64_t segment = 0;
    Context context = Context::Alone;
    std::string payload;
    Timestamp newest = kBeginningOfTime;
  };
  class Replay;

  Store(StoreOptions options, Folder folder, const Clock& clock, Log& log,
        metrics::Registry& registry);

  using File = std::shared_ptr<ChunkFile>;
  using Days = std::map<Timestamp, std::vector<Sealed>>;
  struct Coverage;

  // store_open.cc
  Result<void> open_files();
  void open_newest(TierFiles& tier);
  Result<void> replay_journal();

  // store_read.cc
  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers, TimeRange range,
                                            Wanted wanted) const;
  Labels intern(const Labels& labels) const;
  ChunkFile::Intern interning() const;
  /// `in_head`, while a flush is at work: the periods of which the head had samples before. Their
  /// minutes are written first; they do not stand for samples that were lost.
  Coverage coverage(TimeRange range, const std::set<Timestamp>& in_head) const;
  Result<void> visit(std::span<const Matcher> matchers, TimeRange range,
                     const SeriesIndex::Visit& visit) const;

  // store.cc: the thread of step()
  void seal_frame();  // head_mutex_ held
  void give_up(std::uint64_t samples);
  void write_journal(Timestamp now);
  void note_trouble(std::string trouble);

  // store_records.cc
  RecordLog* record_log(std::string_view kind);
  void find_records();
  Result<void> write_records();  // the thread of step()

  // store_flush.cc: the thread of step()
  Result<void> flush(Timestamp cut);
  Result<void> write_out(Timestamp cut);
  Result<void> flush_day(Timestamp day, const std::vector<Sealed*>& series, const FlushMark& mark);
  Result<void> write_day(const File& raw, const File& minutes, const std::vector<Sealed*>& series,
                         const FlushMark& mark);
  Result<File> writable(TierFiles& tier, Timestamp time);
  Result<bool> make_hours(const File& minutes);
  Result<void> compact_days();
  void flush_if_due(Timestamp now);
  void keep_limits(Timestamp now);

  // store_care.cc: the thread of step()
  void set_file_aside(TierFiles& tier, const File& file, const Error& why);
  void retain(Timestamp now);
  bool retain(TierFiles& tier, const Retention& retention, Timestamp newest);
  void look_after_hours(Timestamp now);
  void look_after_minutes();
  void look_after_files();
  void look_after_file(TierFiles& tier, const File& file);
  Result<void> examine(const ChunkFile& file) const;
  void tell_damaged_chunks(const ChunkFile& file);
  void publish(Timestamp now);
  std::uint64_t file_bytes() const;

  const StoreOptions options_;
  const Folder folder_;
  const Clock& clock_;
  Log& log_;
  const StoreMetrics metrics_;

  mutable std::mutex head_mutex_;
  Head head_;                  // guarded by head_mutex_
  JournalEncoder encoder_;     // guarded by head_mutex_
  std::uint64_t segment_ = 1;  // guarded by head_mutex_; that the encoder writes for
  Timestamp pending_newest_ = kBeginningOfTime;  // guarded by head_mutex_; of the encoder's entries
  std::deque<Frame> frames_;                     // guarded by head_mutex_; on their way to the disk
  std::size_t frame_bytes_ = 0;                  // guarded by head_mutex_
  Timestamp oldest_kept_ = kBeginningOfTime;     // guarded by head_mutex_; by retention
  std::uint64_t appended_ = 0;                   // guarded by head_mutex_
  std::uint64_t refused_series_ = 0;             // guarded by head_mutex_

  // Each guards itself; changed by the thread of step() alone.
  TierFiles raw_;
  TierFiles minutes_;
  TierFiles hours_;

  mutable std::mutex records_mutex_;
  // Guarded by records_mutex_: the map, whose entries stay; each entry guards itself.
  std::map<std::string, std::unique_ptr<RecordLog>, std::less<>> records_;

  mutable std::mutex status_mutex_;
  std::shared_ptr<const StoreStatus> status_;  // guarded by status_mutex_

  // The thread of step() alone.
  std::optional<JournalWriter> journal_;
  Timestamp next_sync_ = kBeginningOfTime;
  Timestamp next_restart_ = kBeginningOfTime;
  mutable std::atomic<bool> read_much_ = false;  // any thread; since the last step
  std::atomic<std::uint64_t> flushes_ = 0;       // odd while one is at work, or failed halfway
  Timestamp next_flush_ = kBeginningOfTime;
  Timestamp next_care_ = kBeginningOfTime;
  Timestamp retry_ = kBeginningOfTime;
  ClockJump jump_;
  std::string write_trouble_;  // why writing has stopped; empty when it works
  std::string flush_trouble_;  // why the day files do not take what is due; empty when they do
  std::string file_trouble_;   // what was set aside since the start
  std::uint64_t chunk_written_bytes_ = 0;
  std::uint64_t told_refused_series_ = 0;
  Timestamp oldest_ = kNever;
  std::set<Timestamp> changed_days_;    // whose hours are to be made
  std::set<Timestamp> unchecked_days_;  // whose minutes may lack what the samples have
  bool closed_ = false;
};

}  // namespace lapwing::tsdb
