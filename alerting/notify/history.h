// History: what alerts did and what was told of them, the newest of each kind, as JSON that the
// API serves as it is. It lives in memory and in state.db. Pure: no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "alerting/notify/outbox.h"
#include "alerting/update.h"

namespace lapwing::alerting {

/// Entries kept of each kind.
inline constexpr std::size_t kHistoryLimit = 2'000;

enum class HistoryKind { Alerts, Notifications, DeadLetters };
inline constexpr std::array kHistoryKinds = {HistoryKind::Alerts, HistoryKind::Notifications,
                                             HistoryKind::DeadLetters};
/// "alerts", "notifications", "dead_letters": in the API's path.
std::string_view name(HistoryKind kind);

struct HistoryEntry {
  HistoryKind kind = HistoryKind::Alerts;
  Timestamp at{};
  std::string body;  ///< a JSON object
};

class History {
 public:
  /// `kept`: oldest first.
  explicit History(std::vector<HistoryEntry> kept = {});

  void add(HistoryEntry entry);
  /// Newest first.
  std::vector<HistoryEntry> of(HistoryKind kind) const;
  std::size_t size(HistoryKind kind) const { return kept_.at(std::size_t(kind)).size(); }

 private:
  std::array<std::deque<HistoryEntry>, kHistoryKinds.size()> kept_;
};

/// An alert of a rule began to be pending, to fire, or ended.
HistoryEntry alert_entry(const Alert& alert, Timestamp at);
/// An alert that others told of.
HistoryEntry alert_entry(const AlertNotice& notice, Timestamp at);

/// What a receiver made of a notification.
struct Receipt {
  std::string_view outcome;        ///< "delivered", "dead"
  std::string_view receiver_kind;  ///< "webhook"
  int attempts = 0;
  std::string receipt;        ///< its answer, in short
  std::string error;          ///< of the last attempt that failed
  std::size_t digest_of = 0;  ///< notifications in the digest that it went in; 0: it went alone
};
HistoryEntry notification_entry(const Notification& notification, const Receipt& receipt,
                                Timestamp at);
/// The same with the notification whole.
HistoryEntry dead_letter(const OutboxRow& row, std::string_view why, Timestamp at);

}  // namespace lapwing::alerting
