#include "alerting/notify/outbox.h"

#include <algorithm>

#include "alerting/schedule.h"

namespace lapwing::alerting {
namespace {

/// Doubles from kFirstRetry to kLongestRetry, with up to a fifth taken off by the key's hash so
/// that groups do not knock together.
Duration back_off(const DeliveryKey& key, int attempts) {
  Duration wait = kFirstRetry;
  for (int i = 1; i < attempts && wait < kLongestRetry; ++i) wait *= 2;
  wait = std::min(wait, kLongestRetry);
  const auto share = std::int64_t(fnv1a(key.group_key, std::uint64_t(attempts)) % 200);
  return wait - wait * share / 1000;
}

}  // namespace

Outbox::Outbox(std::vector<OutboxRow> rows) {
  for (OutboxRow& row : rows) {
    DeliveryKey key = row.notification.key;
    rows_.emplace(std::move(key), Entry{std::move(row), false});
  }
}

bool Outbox::accept(Notification notification, Timestamp now) {
  const auto found = rows_.find(notification.key);
  if (found == rows_.end()) {
    if (rows_.size() >= kOutboxLimit) return false;
    const DeliveryKey key = notification.key;
    rows_.emplace(key, Entry{OutboxRow{std::move(notification), 1, 0, now, ""}, false});
    return true;
  }
  OutboxRow& row = found->second.row;
  row.notification = std::move(notification);
  ++row.version;
  row.next_attempt = now;
  return true;
}

bool Outbox::busy(const DeliveryKey& key) const {
  const auto from = rows_.lower_bound({key.receiver, key.integration, ""});
  for (auto at = from; at != rows_.end() && at->first.receiver == key.receiver &&
                       at->first.integration == key.integration;
       ++at)
    if (at->second.under_way) return true;
  return false;
}

std::vector<Outbox::Sending> Outbox::take_due(Timestamp now) {
  std::vector<Entry*> due;
  for (auto& [key, entry] : rows_)
    if (!entry.under_way && entry.row.next_attempt <= now) due.push_back(&entry);
  std::stable_sort(due.begin(), due.end(), [](const Entry* a, const Entry* b) {
    return a->row.next_attempt < b->row.next_attempt;
  });
  std::vector<Sending> sendings;
  for (Entry* entry : due) {
    if (busy(entry->row.notification.key)) continue;
    entry->under_way = true;
    sendings.push_back({entry->row.notification, entry->row.version});
  }
  return sendings;
}

bool Outbox::finish(const DeliveryKey& key, std::uint64_t version, const DeliveryResult& result,
                    Timestamp now) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return false;
  Entry& entry = found->second;
  entry.under_way = false;
  entry.row.last_error = result.error;
  const bool current = entry.row.version == version;
  if (result.outcome == DeliveryOutcome::Delivered) {
    if (!current) return false;  // What came meanwhile is still to be told.
    rows_.erase(found);
    return true;
  }
  ++entry.row.attempts;
  if (!current) return false;
  entry.row.next_attempt = result.outcome == DeliveryOutcome::Retry
                               ? now + back_off(key, entry.row.attempts)
                               : now + entry.row.notification.group_interval;
  return false;
}

std::vector<DeliveryKey> Outbox::remove_unless(
    const std::function<bool(const DeliveryKey&)>& keep) {
  std::vector<DeliveryKey> removed;
  std::erase_if(rows_, [&](const auto& item) {
    if (keep(item.first)) return false;
    removed.push_back(item.first);
    return true;
  });
  return removed;
}

const OutboxRow* Outbox::find(const DeliveryKey& key) const {
  const auto found = rows_.find(key);
  return found != rows_.end() ? &found->second.row : nullptr;
}

Timestamp Outbox::next() const {
  Timestamp next = kNever;
  for (const auto& [key, entry] : rows_)
    if (!entry.under_way && !busy(key)) next = std::min(next, entry.row.next_attempt);
  return next;
}

std::size_t Outbox::waiting_for(std::string_view receiver) const {
  return std::size_t(std::count_if(rows_.begin(), rows_.end(), [&](const auto& item) {
    return item.first.receiver == receiver;
  }));
}

}  // namespace lapwing::alerting
