// StateChanges: what one step of the notification side has changed and state.db is to keep. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alerting/notify/dispatcher.h"
#include "alerting/notify/history.h"
#include "alerting/notify/outbox.h"
#include "alerting/update.h"

namespace lapwing::alerting {

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

}  // namespace lapwing::alerting
