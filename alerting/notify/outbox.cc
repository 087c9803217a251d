#include "alerting/notify/outbox.h"

#include <algorithm>
#include <cmath>

#include "alerting/notify/digest.h"
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
    rows_.emplace(std::move(key), Entry{std::move(row), false, 0, {}});
  }
}

void Outbox::apply(DeliveryOptions options) {
  options_ = std::move(options);
  paces_.clear();
  for (const RateLimit& limit : options_.rate_limits)
    paces_[limit.receiver] = {double(limit.notifications), {}};
}

Outbox::Acceptance Outbox::accept(Notification notification, Timestamp now) {
  const DeliveryKey key = notification.key;
  const auto found = rows_.find(key);
  if (found == rows_.end()) {
    if (rows_.size() >= kOutboxLimit) return Acceptance::Full;
    rows_.emplace(key, Entry{{std::move(notification), 1, 0, now, "", {}, false}, false, 0, {}});
    fresh_.push_back(key);
    return Acceptance::Taken;
  }
  OutboxRow& row = found->second.row;
  if (!notification.idempotency_key.empty() &&
      row.notification.idempotency_key == notification.idempotency_key)
    return Acceptance::Same;
  row.notification = std::move(notification);
  ++row.version;
  if (row.attempts == 0) row.next_attempt = now;
  fresh_.push_back(key);
  return Acceptance::Taken;
}

void Outbox::seal(std::uint64_t ticket, Timestamp now) {
  for (const DeliveryKey& key : fresh_) {
    const auto found = rows_.find(key);
    if (found == rows_.end()) continue;
    found->second.ticket = ticket;
    found->second.leaves_at = now + kWriteWait;
  }
  fresh_.clear();
}

Timestamp Outbox::ready_at(const Entry& entry, Written written) const {
  Timestamp at = entry.row.next_attempt;
  if (entry.ticket > written.ticket && !written.failing) at = std::max(at, entry.leaves_at);
  if (const auto lane = lanes_.find(lane_of(entry.row.notification.key)); lane != lanes_.end())
    at = std::max(at, lane->second.held_until);
  return at;
}

const RateLimit* Outbox::limit_of(const std::string& receiver) const {
  for (const RateLimit& limit : options_.rate_limits)
    if (limit.receiver == receiver) return &limit;
  return nullptr;
}

Timestamp Outbox::rate_free_at(const std::string& receiver) const {
  const RateLimit* limit = limit_of(receiver);
  if (limit == nullptr) return {};
  const Pace& pace = paces_.at(receiver);
  if (pace.tokens >= 1) return {};
  const double share = (1 - pace.tokens) / limit->notifications;
  return pace.at + Duration(std::int64_t(std::ceil(share * double(limit->per.count()))));
}

bool Outbox::spend(const std::string& receiver, Timestamp now) {
  const RateLimit* limit = limit_of(receiver);
  if (limit == nullptr) return true;
  Pace& pace = paces_.at(receiver);
  const double passed = std::max(0.0, to_seconds(now - pace.at) / to_seconds(limit->per));
  pace.tokens = std::min(double(limit->notifications), pace.tokens + passed * limit->notifications);
  pace.at = now;
  constexpr double kWhole = 1 - 1e-9;  // What adds up to one but for rounding is one.
  if (pace.tokens < kWhole) return false;
  pace.tokens = std::max(0.0, pace.tokens - 1);
  return true;
}

std::vector<Outbox::Entry*> Outbox::digest_of(const LaneKey& lane, Timestamp now) {
  std::vector<Entry*> entries;
  Timestamp since = kNever;
  const auto from = rows_.lower_bound({lane.first, lane.second, ""});
  for (auto at = from; at != rows_.end() && lane_of(at->first) == lane; ++at) {
    if (at->second.row.failing_since != Timestamp{})
      since = std::min(since, at->second.row.failing_since);
    if (entries.size() < kDigestLimit) entries.push_back(&at->second);
  }
  const bool long_outage = since != kNever && now - since >= options_.digest_after;
  if (!long_outage || entries.size() < options_.digest_size) entries.clear();
  return entries;
}

Outbox::Sending Outbox::start(const std::vector<Entry*>& entries, Written written) {
  Sending sending;
  for (Entry* entry : entries) {
    entry->under_way = true;
    sending.unwritten |= entry->ticket > written.ticket;
    sending.parts.push_back({entry->row.notification, entry->row.version});
  }
  lanes_[lane_of(sending.parts.front().notification.key)].under_way = entries.size();
  if (entries.size() > 1) {
    std::vector<const Notification*> parts;
    for (const Part& part : sending.parts) parts.push_back(&part.notification);
    sending.digest = make_digest(parts);
  }
  return sending;
}

std::vector<Outbox::Sending> Outbox::take_due(Timestamp now, Written written) {
  std::vector<Entry*> due;
  for (auto& [key, entry] : rows_)
    if (!entry.under_way && ready_at(entry, written) <= now) due.push_back(&entry);
  std::stable_sort(due.begin(), due.end(), [](const Entry* a, const Entry* b) {
    return a->row.next_attempt < b->row.next_attempt;
  });
  std::vector<Sending> sendings;
  for (Entry* entry : due) {
    const LaneKey lane = lane_of(entry->row.notification.key);
    if (lanes_[lane].under_way > 0 || !spend(lane.first, now)) continue;
    std::vector<Entry*> together = digest_of(lane, now);
    if (together.empty()) together.push_back(entry);
    sendings.push_back(start(together, written));
  }
  return sendings;
}

void Outbox::lane_works(const LaneKey& lane, Timestamp now) {
  lanes_[lane].held_until = {};
  const auto from = rows_.lower_bound({lane.first, lane.second, ""});
  for (auto at = from; at != rows_.end() && lane_of(at->first) == lane; ++at) {
    at->second.row.next_attempt = std::min(at->second.row.next_attempt, now);
    at->second.row.failing_since = {};
  }
}

Outbox::Finished Outbox::finish(const DeliveryKey& key, std::uint64_t version,
                                const DeliveryResult& result, Timestamp now) {
  Finished finished;
  const LaneKey lane = lane_of(key);
  if (auto& count = lanes_[lane].under_way; count > 0) --count;
  if (result.retry_after > Duration{}) lanes_[lane].held_until = now + result.retry_after;
  const bool delivered = result.outcome == DeliveryOutcome::Delivered;
  if (delivered) lane_works(lane, now);
  const auto found = rows_.find(key);
  if (found == rows_.end()) return finished;
  Entry& entry = found->second;
  OutboxRow& row = entry.row;
  entry.under_way = false;
  row.last_error = result.error;
  finished.attempts = ++row.attempts;
  const bool current = row.version == version;
  if (delivered) {
    finished.gone = current;  // What came meanwhile is still to be told.
    if (current) {
      rows_.erase(found);
    } else {
      row.attempts = 0;
    }
    return finished;
  }
  if (row.failing_since == Timestamp{}) row.failing_since = now;
  const Duration failing = now - row.failing_since;
  const bool rejected = result.outcome == DeliveryOutcome::Rejected;
  if (!options_.fallback_receiver.empty() && options_.fallback_receiver != key.receiver &&
      !row.fallback_asked && (rejected || failing >= options_.fallback_after)) {
    row.fallback_asked = true;
    finished.fallback = row;
  }
  if (failing >= options_.give_up_after) {
    finished.gone = true;
    finished.dead = std::move(row);
    rows_.erase(found);
    return finished;
  }
  if (!current) return finished;
  row.next_attempt =
      now + (rejected ? row.notification.group_interval : back_off(key, row.attempts));
  return finished;
}

std::vector<OutboxRow> Outbox::remove_unless(const std::function<bool(const DeliveryKey&)>& keep) {
  std::vector<OutboxRow> removed;
  std::erase_if(rows_, [&](auto& item) {
    if (keep(item.first)) return false;
    removed.push_back(std::move(item.second.row));
    return true;
  });
  return removed;
}

const OutboxRow* Outbox::find(const DeliveryKey& key) const {
  const auto found = rows_.find(key);
  return found != rows_.end() ? &found->second.row : nullptr;
}

Timestamp Outbox::next(Written written) const {
  Timestamp next = kNever;
  for (const auto& [key, entry] : rows_) {
    const auto lane = lanes_.find(lane_of(key));
    if (entry.under_way || (lane != lanes_.end() && lane->second.under_way > 0)) continue;
    next = std::min(next, std::max(ready_at(entry, written), rate_free_at(key.receiver)));
  }
  return next;
}

std::size_t Outbox::waiting_for(std::string_view receiver) const {
  return std::size_t(std::count_if(rows_.begin(), rows_.end(), [&](const auto& item) {
    return item.first.receiver == receiver;
  }));
}

}  // namespace lapwing::alerting
