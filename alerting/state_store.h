// StateStore: state.db, what must outlive a restart: alerts, notifications not delivered yet,
// what was told, silences, and history. One SQLite file in the data folder, written by the state
// thread alone; state.db.reserve beside it is room that is given to it when the disk is full.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "alerting/state_changes.h"

namespace lapwing::alerting {

/// Kept free for state.db.
inline constexpr std::size_t kReserveBytes = 1 << 20;

struct StoredState {
  std::vector<StoredAlert> alerts;
  std::vector<OutboxRow> outbox;
  std::vector<NotificationLogEntry> log;
  std::vector<Silence> silences;
  std::vector<StoredNotice> notices;
  std::vector<HistoryEntry> history;  ///< oldest first
  Timestamp alive_at{};               ///< when alerts were last known to be watched
};

/// One thread at a time.
class StateStore {
 public:
  /// Opens or makes the file. A damaged one, or one of another version, is set aside beside it
  /// ("state.db.damaged-…") and reported; Unavailable when there can be none at all.
  static Result<StateStore> open(const std::string& path, Timestamp now, Log& log);
  StateStore(StateStore&&) noexcept;
  StateStore& operator=(StateStore&&) noexcept;
  ~StateStore();

  /// What was read when the file was opened; rows that cannot be read are left out and logged.
  StoredState take_loaded();

  /// On an error nothing of it is stored. On a full disk the reserve is given back bit by bit until
  /// it succeeds; what is left over is taken again at once.
  Result<void> write(const StateChanges& changes);
  /// What is left of the reserve.
  std::size_t reserved_bytes() const;

  /// What was set aside at the start; empty when nothing was.
  const std::string& trouble() const { return trouble_; }

 private:
  struct Database;
  Result<void> try_write(const StateChanges& changes);
  StateStore(std::unique_ptr<Database> database, StoredState loaded);

  std::unique_ptr<Database> database_;
  StoredState loaded_;
  std::string trouble_;
};

}  // namespace lapwing::alerting
