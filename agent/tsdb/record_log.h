// RecordLog: the ring of one kind of records: a few files of checksummed entries, the oldest of
// which goes when they are larger than the limit together. Form: FORMAT.md, "Records".
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"
#include "agent/model/records.h"

namespace lapwing::tsdb {

class RecordLog {
 public:
  static constexpr std::size_t kRecordLimitBytes = 64u << 10;
  /// Of records that the disk does not take; the oldest are dropped past it.
  static constexpr std::size_t kPendingLimitBytes = 1u << 20;
  static constexpr std::size_t kFiles = 8;

  /// Files lie in `folder`, which is made with the first record.
  RecordLog(std::string folder, std::uint64_t limit_bytes);

  /// No I/O. Any thread. False: too large, or an older one had to be dropped for it.
  bool append(Timestamp time, std::string_view bytes);
  /// Finds the files of earlier runs. Before write(), or by it.
  Result<void> list();
  /// Writes what was appended; gives how many bytes. One thread. Never synced: a kill loses nothing
  /// of it, a power cut what Linux had not yet written back (vm.dirty_expire_centisecs, 30 s).
  Result<std::uint64_t> write();
  /// As Records::read. Any thread.
  Result<std::vector<Record>> read(TimeRange range, std::size_t limit) const;
  /// On disk, as of the newest write().
  std::uint64_t bytes() const;

 private:
  struct Segment {
    std::string path;
    std::uint64_t number = 0;
    std::uint64_t bytes = 0;
  };

  Result<void> roll();
  void make_room();

  const std::string folder_;
  const std::uint64_t limit_bytes_;

  mutable std::mutex mutex_;
  std::deque<Record> pending_;     // guarded by mutex_
  std::size_t pending_bytes_ = 0;  // guarded by mutex_
  std::uint64_t taken_ = 0;        // guarded by mutex_; records that have left pending_
  std::vector<Segment> segments_;  // guarded by mutex_; changed by the thread of write() alone

  bool listed_ = false;  // the thread of write() alone, like what follows
  UniqueFd file_;
};

/// One entry as it stands in a file.
std::string encode_record(Timestamp time, std::string_view bytes);
/// Every sound entry of a file's content, in its order; what is damaged is skipped.
std::vector<Record> decode_records(std::string_view content);

}  // namespace lapwing::tsdb
