// StateStore: state.db, what must outlive a restart: alerts, notifications not delivered yet,
// what was told, silences, and history. One SQLite file in the data folder, written by the state
// thread alone; state.db.reserve beside it is room that a full disk gives back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "alerting/notify/dispatcher.h"
#include "alerting/notify/history.h"
#include "alerting/notify/outbox.h"
#include "alerting/update.h"

namespace lapwing::alerting {

/// Kept free for state.db.
inline constexpr std::size_t kReserveBytes = 1 << 20;

/// An alert that others told of, which no rule of ours would tell again after a restart.
struct StoredNotice {
  AlertNotice notice;
  Timestamp updated_at{};
};

/// All that one step changed: written in one transaction, or not at all.
struct StateChanges {
  std::vector<StoredAlert> alerts;
  std::vector<std::pair<std::string, Labels>> forgotten_alerts;  ///< rule, labels
  std::vector<OutboxRow> outbox;
  std::vector<DeliveryKey> removed_outbox;
  std::vector<NotificationLogEntry> log;
  std::vector<DeliveryKey> removed_log;
  std::vector<Silence> silences;
  std::vector<std::string> removed_silences;  ///< ids
  std::vector<StoredNotice> notices;          ///< that others told of
  std::vector<Labels> removed_notices;
  std::vector<HistoryEntry> history;
  std::optional<Timestamp> alive_at;

  bool empty() const;
  std::size_t size() const;
  /// Puts `later` behind: applied in order, the later wins.
  void append(StateChanges later);
};

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

  /// On an error nothing of it is stored. A full disk gets the reserve and one more try.
  Result<void> write(const StateChanges& changes);

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
