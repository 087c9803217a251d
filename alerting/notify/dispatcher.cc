#include "alerting/notify/dispatcher.h"

#include <algorithm>

namespace lapwing::alerting {
namespace {

/// How long the log remembers what was told (Alertmanager's data.retention).
constexpr Duration kLogRetention = 120h;
constexpr Duration kGarbageInterval = 30s;
/// A resolved alert that no group holds is kept this long, for later groups after a reload.
constexpr Duration kResolvedAlertRetention = 30min;

// Why a notification is told: Alertmanager's words.
constexpr std::string_view kFirst = "first notification";
constexpr std::string_view kNewAlerts = "new alerts added";
constexpr std::string_view kSomeResolved = "some alerts resolved";
constexpr std::string_view kAllResolved = "all alerts resolved";
constexpr std::string_view kRepeated = "repeat interval elapsed";

bool subset(const std::vector<std::uint64_t>& part, const std::vector<std::uint64_t>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

}  // namespace

const ReceiverPlan* NotifyPlan::find(std::string_view receiver) const {
  for (const ReceiverPlan& plan : receivers)
    if (plan.name == receiver) return &plan;
  return nullptr;
}

Dispatcher::Dispatcher(std::vector<NotificationLogEntry> log) {
  for (NotificationLogEntry& entry : log) {
    DeliveryKey key = entry.key;
    log_.emplace(std::move(key), std::move(entry));
  }
}

void Dispatcher::apply(std::shared_ptr<const NotifyPlan> plan, Timestamp now) {
  groups_.clear();  // Their routes go with the old plan.
  plan_ = std::move(plan);
  for (const auto& [labels, held] : alerts_) insert(labels, now);
}

void Dispatcher::observe(std::span<const AlertNotice> notices, Timestamp now) {
  for (const AlertNotice& notice : notices) {
    const auto found = alerts_.find(notice.labels);
    if (found == alerts_.end() && alerts_.size() >= kDispatchAlertLimit) {
      ++dropped_;
      continue;
    }
    Held held{notice, now};
    if (found != alerts_.end()) {
      // The same alert told again keeps its first start.
      const AlertNotice& old = found->second.notice;
      if (notice.starts_at > old.starts_at && notice.starts_at < old.ends_at)
        held.notice.starts_at = old.starts_at;
    }
    alerts_.insert_or_assign(notice.labels, std::move(held));
    insert(notice.labels, now);
  }
}

void Dispatcher::insert(const Labels& labels, Timestamp now) {
  if (!plan_->route) return;
  const Held& held = alerts_.at(labels);
  for (const Route* route : match_routes(*plan_->route, labels)) {
    GroupId id{route, group_labels(*route, labels)};
    auto found = groups_.find(id);
    if (found == groups_.end()) {
      if (groups_.size() >= kGroupLimit) {
        ++dropped_;
        continue;
      }
      Group group;
      group.route = route;
      group.labels = id.second;
      group.key = group_key(*route, id.second);
      group.next_flush = now + route->group_wait;
      found = groups_.emplace(std::move(id), std::move(group)).first;
    }
    Group& group = found->second;
    group.members[labels] = held.updated_at;
    // An alert that has waited long enough already does not wait again.
    if (!group.flushed && held.notice.starts_at + route->group_wait < now)
      group.next_flush = std::min(group.next_flush, now);
  }
}

Inhibition Dispatcher::inhibition(Timestamp now) const {
  Inhibition inhibition(plan_->inhibit_rules);
  if (!plan_->inhibit_rules.empty())
    for (const auto& [labels, held] : alerts_)
      if (!held.resolved(now)) inhibition.add(labels);
  return inhibition;
}

Dispatcher::Due Dispatcher::due(Timestamp now, const Silences& silences) {
  Due out;
  std::vector<Group*> ready;
  for (auto& [id, group] : groups_)
    if (group.next_flush <= now) ready.push_back(&group);
  if (!ready.empty()) {
    std::stable_sort(ready.begin(), ready.end(),
                     [](const Group* a, const Group* b) { return a->next_flush < b->next_flush; });
    const Inhibition quiet = inhibition(now);
    for (Group* group : ready) flush(*group, now, quiet, silences, out);
    remove_empty_groups();
  }
  if (now >= next_garbage_) collect_garbage(now, out);
  return out;
}

void Dispatcher::flush(Group& group, Timestamp now, const Inhibition& inhibition,
                       const Silences& silences, Due& out) {
  group.flushed = true;
  group.next_flush = now + group.route->group_interval;
  group.waiting.clear();
  group.resolved.clear();
  std::vector<NotificationAlert> alerts;
  const bool muted = !muted_by(*group.route, now).empty();
  for (const auto& [labels, put_at] : group.members) {
    const Held& held = alerts_.at(labels);
    const bool resolved = held.resolved(now);
    if (resolved) group.resolved.emplace_back(labels, put_at);
    if (muted || inhibition.source_of(labels) != nullptr ||
        !silences.silencing(labels, now).empty())
      continue;
    alerts.push_back({labels, held.notice.annotations, held.notice.starts_at,
                      resolved ? held.notice.ends_at : Timestamp{}, held.notice.generator_url,
                      resolved ? held.notice.values : AlertValues{}});
  }
  std::stable_sort(alerts.begin(), alerts.end(), [](const auto& a, const auto& b) {
    return notification_order(a.labels, b.labels);
  });
  const ReceiverPlan* receiver = plan_->find(group.route->receiver);
  if (receiver != nullptr && !alerts.empty())
    for (std::uint32_t i = 0; i < receiver->integrations.size(); ++i)
      consider(group, *receiver, i, alerts, now, out);
  if (group.waiting.empty()) drop_resolved(group);
}

void Dispatcher::consider(Group& group, const ReceiverPlan& receiver, std::uint32_t integration,
                          const std::vector<NotificationAlert>& alerts, Timestamp now, Due& out) {
  const bool send_resolved = receiver.integrations[integration]->send_resolved();
  Notification notification;
  notification.key = {receiver.name, integration, group.key};
  notification.group_labels = group.labels;
  notification.created_at = now;
  notification.group_interval = group.route->group_interval;
  for (const NotificationAlert& alert : alerts)
    (alert.resolved() ? notification.resolved : notification.firing)
        .push_back(fingerprint(alert.labels));
  std::sort(notification.firing.begin(), notification.firing.end());
  std::sort(notification.resolved.begin(), notification.resolved.end());
  // What waits for delivery is replaced by the present state, whatever the log says: the
  // receiver must hear the end of what it was about to hear.
  const bool waiting = waiting_.contains(notification.key);
  const auto reason = reason_to_tell(notification, *group.route, send_resolved, now);
  if (!waiting && !reason) return;
  notification.reason = reason.value_or(notification.firing.empty() ? kAllResolved : kRepeated);
  for (const NotificationAlert& alert : alerts)
    if (send_resolved || !alert.resolved()) notification.alerts.push_back(alert);
  if (notification.alerts.empty()) {
    // The receiver does not want to hear of ends: the log notes them all the same.
    out.logged.push_back(delivered(notification, now));
    return;
  }
  const auto told = log_.find(notification.key);
  notification.idempotency_key =
      idempotency_key(notification, told != log_.end() ? told->second.at : Timestamp{});
  group.waiting.push_back(notification.key);
  waiting_[notification.key] = true;
  out.notifications.push_back(std::move(notification));
}

/// Nothing: what there is was told, and lately enough.
std::optional<std::string_view> Dispatcher::reason_to_tell(const Notification& all,
                                                           const Route& route, bool send_resolved,
                                                           Timestamp now) const {
  const auto found = log_.find(all.key);
  const bool told_of_none = found == log_.end() || found->second.firing.empty();
  if (told_of_none && all.firing.empty()) return std::nullopt;
  if (told_of_none) return kFirst;
  const NotificationLogEntry& entry = found->second;
  if (!subset(all.firing, entry.firing)) return kNewAlerts;
  if (all.firing.empty()) return kAllResolved;
  if (send_resolved && !subset(all.resolved, entry.resolved)) return kSomeResolved;
  if (entry.at < now - route.repeat_interval) return kRepeated;
  return std::nullopt;
}

NotificationLogEntry Dispatcher::delivered(const Notification& notification, Timestamp now) {
  NotificationLogEntry entry{notification.key, now, notification.firing, notification.resolved};
  log_[notification.key] = entry;
  waiting_.erase(notification.key);
  bool emptied = false;
  for (auto& [id, group] : groups_) {
    if (group.key != notification.key.group_key) continue;
    const auto waits = std::find(group.waiting.begin(), group.waiting.end(), notification.key);
    if (waits == group.waiting.end()) continue;
    group.waiting.erase(waits);
    if (group.waiting.empty()) drop_resolved(group);
    emptied |= group.members.empty();
  }
  if (emptied) remove_empty_groups();
  return entry;
}

void Dispatcher::set_waiting(const DeliveryKey& key, bool waiting) {
  if (waiting) {
    waiting_[key] = true;
  } else {
    waiting_.erase(key);
  }
}

void Dispatcher::drop_resolved(Group& group) {
  for (const auto& [labels, put_at] : group.resolved) {
    const auto member = group.members.find(labels);
    // An alert that changed since the flush has something new to say.
    if (member != group.members.end() && member->second == put_at) group.members.erase(member);
  }
  group.resolved.clear();
}

/// As Alertmanager 0.33 does (0.25 kept them for up to 30 s): the next alert begins a new group,
/// which waits for group_wait and not for the interval of one whose alerts have all ended.
void Dispatcher::remove_empty_groups() {
  std::erase_if(groups_, [](const auto& item) { return item.second.members.empty(); });
}

void Dispatcher::collect_garbage(Timestamp now, Due& out) {
  next_garbage_ = now + kGarbageInterval;
  for (auto at = alerts_.begin(); at != alerts_.end();) {
    const bool old = at->second.notice.ends_at + kResolvedAlertRetention < now;
    const bool held = old && std::any_of(groups_.begin(), groups_.end(), [&](const auto& item) {
                        return item.second.members.contains(at->first);
                      });
    if (!old || held) {
      ++at;
      continue;
    }
    out.forgotten_alerts.push_back(at->first);
    at = alerts_.erase(at);
  }
  for (auto at = log_.begin(); at != log_.end();) {
    if (at->second.at + kLogRetention >= now) {
      ++at;
      continue;
    }
    out.forgotten.push_back(at->first);
    at = log_.erase(at);
  }
}

NotifyStatus Dispatcher::status(Timestamp now, const Silences& silences) const {
  NotifyStatus status;
  const Inhibition quiet = inhibition(now);
  std::unordered_map<Labels, std::size_t> places;
  for (const auto& [labels, held] : alerts_) {
    if (held.resolved(now)) continue;
    NotifyAlert alert;
    alert.fingerprint = fingerprint_text(fingerprint(labels));
    alert.labels = labels;
    alert.annotations = held.notice.annotations;
    alert.starts_at = held.notice.starts_at;
    alert.ends_at = held.notice.ends_at;
    alert.updated_at = held.updated_at;
    alert.generator_url = held.notice.generator_url;
    alert.silenced_by = silences.silencing(labels, now);
    if (const Labels* by = quiet.source_of(labels))
      alert.inhibited_by.push_back(fingerprint_text(fingerprint(*by)));
    if (plan_->route)
      for (const Route* route : match_routes(*plan_->route, labels))
        alert.receivers.push_back(route->receiver);
    places.emplace(labels, status.alerts.size());
    status.alerts.push_back(std::move(alert));
  }
  for (const auto& [id, group] : groups_) {
    NotifyGroup shown;
    shown.receiver = group.route->receiver;
    shown.labels = group.labels;
    shown.muted_by = muted_by(*group.route, now);
    for (const auto& [labels, put_at] : group.members)
      if (const auto place = places.find(labels); place != places.end())
        shown.alerts.push_back(place->second);
    if (!shown.alerts.empty()) status.groups.push_back(std::move(shown));
  }
  std::stable_sort(status.groups.begin(), status.groups.end(),
                   [](const NotifyGroup& a, const NotifyGroup& b) {
                     return a.labels == b.labels ? a.receiver < b.receiver : a.labels < b.labels;
                   });
  return status;
}

Timestamp Dispatcher::next() const {
  Timestamp next = kNever;
  for (const auto& [id, group] : groups_) next = std::min(next, group.next_flush);
  return next;
}

}  // namespace lapwing::alerting
