// TierFiles: the files of one tier, by time. Found by name and opened when they are needed.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/tsdb/chunk_file.h"
#include "agent/tsdb/retention.h"
#include "agent/tsdb/tier.h"

namespace lapwing::tsdb {

/// Any thread; changes by the store's alone.
class TierFiles {
 public:
  using File = std::shared_ptr<ChunkFile>;

  TierFiles(std::string folder, Tier tier) : folder_(std::move(folder)), tier_(tier) {}

  /// Finds the folder's files; opens none. Unavailable when it cannot be read.
  Result<void> list();

  Tier tier() const { return tier_; }
  /// Oldest first.
  std::vector<File> all() const;
  /// Those that may have samples within the range, oldest first.
  std::vector<File> in(TimeRange range) const;
  /// Null when there is none for this time.
  File find(Timestamp time) const;
  /// The file for this time; a new one is on disk once something was written.
  File get(Timestamp time);
  /// Takes a file out; who reads it finds nothing from now on. It stays on disk.
  void remove(const File& file);
  std::uint64_t bytes() const;
  /// For expired_file(), in the order of `files`.
  static std::vector<RetainedFile> retained(const std::vector<File>& files);

 private:
  const std::string folder_;
  const Tier tier_;
  mutable std::mutex mutex_;
  std::vector<File> files_;  // guarded by mutex_; by time
};

}  // namespace lapwing::tsdb
