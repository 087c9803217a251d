// StateWriter: writes state.db on a thread of its own, so that a slow, full or hanging disk delays
// neither decisions nor notifications. What cannot be written now is kept and written later.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "agent/base/log.h"
#include "agent/metrics/registry.h"
#include "alerting/state_store.h"

namespace lapwing::alerting {

/// Rows that wait for a disk at most; what comes beyond is counted and left out.
inline constexpr std::size_t kUnsavedLimit = 50'000;

class StateWriter {
 public:
  /// `store`: none when state.db cannot be used: then nothing is written and nothing waits for it.
  StateWriter(std::optional<StateStore> store, Log& log, metrics::Registry& registry);
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  /// Called, without a lock held, whenever step() has something to do at once. Any thread.
  void on_wake(std::function<void()> wake);
  /// Called, without a lock held, by step() when written() has changed. Any thread.
  void on_written(std::function<void()> told);

  /// Puts the changes behind those that wait: all that waits is one transaction. Their ticket.
  /// Any thread; wakes.
  std::uint64_t submit(StateChanges changes);
  /// Any thread.
  Written written() const;
  /// Of the newest submit(). Any thread.
  std::uint64_t newest_ticket() const;

  /// Returns when to be called again. One thread; blocks as long as the disk does.
  Timestamp step(Timestamp now);

 private:
  bool take(Timestamp now);
  void note(const Result<void>& done, Timestamp now);

  Log& log_;
  const bool usable_;
  std::optional<StateStore> store_;  // step's thread alone, as all up to the mutex
  StateChanges writing_;
  std::uint64_t writing_ticket_ = 0;
  Timestamp next_try_{};
  metrics::Counter failures_;
  metrics::Counter dropped_;
  metrics::Gauge reserved_;

  mutable std::mutex mutex_;
  StateChanges pending_;  // guarded by mutex_, as all below
  std::uint64_t newest_ = 0;
  Written written_;
  std::function<void()> wake_;
  std::function<void()> told_;
};

}  // namespace lapwing::alerting
