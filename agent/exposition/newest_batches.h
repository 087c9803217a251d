// NewestBatches: the newest batch of each of our own collectors, for whoever shows it.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/metrics/registry.h"
#include "agent/model/snapshot.h"

namespace lapwing::exposition {

/// A source older than this many of its intervals is shown no more (ARCHITECTURE, "Time").
inline constexpr int kShownIntervals = 3;

/// Whether `snapshot` is recent enough to be shown at `now`. One from after `now` is: the clock
/// was set back.
bool is_shown(const SourceSnapshot& snapshot, Timestamp now);

/// Any thread; no call holds the lock for longer than a copy of pointers.
class NewestBatches {
 public:
  static constexpr std::size_t kSourceLimit = 512;

  explicit NewestBatches(metrics::Registry& registry, std::size_t source_limit = kSourceLimit);

  /// Takes the place of the source's batch before. A new source past the limit takes the place of
  /// one that is shown no more; when there is none it is refused and counted.
  void publish(std::shared_ptr<const SourceSnapshot> snapshot);

  /// In the order of the sources' names.
  std::vector<std::shared_ptr<const SourceSnapshot>> snapshots() const;

 private:
  /// Drops what is shown no more; `mutex_` is held.
  void drop_old(Timestamp now);

  const std::size_t source_limit_;
  const metrics::Counter refused_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const SourceSnapshot>> newest_;  // guarded by mutex_
};

}  // namespace lapwing::exposition
