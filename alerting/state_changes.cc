#include "alerting/state_changes.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace lapwing::alerting {
namespace {

using AlertKey = std::pair<std::string, Labels>;
AlertKey key_of(const StoredAlert& stored) { return {stored.rule, stored.alert.labels}; }
DeliveryKey key_of(const OutboxRow& row) { return row.notification.key; }
DeliveryKey key_of(const NotificationLogEntry& entry) { return entry.key; }
std::string key_of(const Silence& silence) { return silence.id; }
Labels key_of(const StoredNotice& stored) { return stored.notice.labels; }

/// Puts the later list and its removals behind the earlier ones: of one key the later wins.
template <typename Item, typename Key>
void append_table(std::vector<Item>& list, std::vector<Key>& removed, std::vector<Item>& later,
                  std::vector<Key>& later_removed) {
  std::set<Key> gone(later_removed.begin(), later_removed.end());
  std::set<Key> put;
  for (const Item& item : later) put.insert(key_of(item));
  if (!gone.empty() || !put.empty()) {
    std::erase_if(list, [&](const Item& item) {
      return gone.contains(key_of(item)) || put.contains(key_of(item));
    });
    std::erase_if(removed, [&](const Key& key) { return put.contains(key) || gone.contains(key); });
  }
  std::move(later.begin(), later.end(), std::back_inserter(list));
  std::move(later_removed.begin(), later_removed.end(), std::back_inserter(removed));
}

}  // namespace

bool StateChanges::empty() const { return size() == 0 && !alive_at; }

std::size_t StateChanges::size() const {
  return alerts.size() + forgotten_alerts.size() + outbox.size() + removed_outbox.size() +
         log.size() + removed_log.size() + silences.size() + removed_silences.size() +
         notices.size() + removed_notices.size() + history.size();
}

void StateChanges::append(StateChanges later) {
  append_table(alerts, forgotten_alerts, later.alerts, later.forgotten_alerts);
  append_table(outbox, removed_outbox, later.outbox, later.removed_outbox);
  append_table(log, removed_log, later.log, later.removed_log);
  append_table(silences, removed_silences, later.silences, later.removed_silences);
  append_table(notices, removed_notices, later.notices, later.removed_notices);
  std::move(later.history.begin(), later.history.end(), std::back_inserter(history));
  if (later.alive_at) alive_at = later.alive_at;
}

}  // namespace lapwing::alerting
