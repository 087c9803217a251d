#include "alerting/notify/history.h"

#include "agent/base/json.h"

namespace lapwing::alerting {
namespace {

void write_labels(JsonWriter& json, std::string_view key, const Labels& labels) {
  json.key(key).begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

void write_time(JsonWriter& json, std::string_view key, Timestamp time) {
  if (time != Timestamp{}) json.key(key).string(format_rfc3339_millis(time));
}

void write_values(JsonWriter& json, const AlertValues& values) {
  if (!values.known()) return;
  json.key("values").begin_object();
  json.key("peak").number(values.peak);
  json.key("last").number(values.last);
  json.key("recovered").number(values.recovered).end_object();
}

void write_head(JsonWriter& json, const Notification& notification, Timestamp at) {
  write_time(json, "at", at);
  json.key("receiver").string(notification.key.receiver);
  json.key("integration").integer(notification.key.integration);
  json.key("groupKey").string(notification.key.group_key);
  write_labels(json, "groupLabels", notification.group_labels);
  json.key("idempotencyKey").string(notification.idempotency_key);
  json.key("status").string(notification.any_firing() ? "firing" : "resolved");
}

}  // namespace

std::string_view name(HistoryKind kind) {
  switch (kind) {
    case HistoryKind::Alerts:
      return "alerts";
    case HistoryKind::Notifications:
      return "notifications";
    case HistoryKind::DeadLetters:
      break;
  }
  return "dead_letters";
}

History::History(std::vector<HistoryEntry> kept) {
  for (HistoryEntry& entry : kept) add(std::move(entry));
}

void History::add(HistoryEntry entry) {
  auto& kept = kept_.at(std::size_t(entry.kind));
  kept.push_back(std::move(entry));
  if (kept.size() > kHistoryLimit) kept.pop_front();
}

std::vector<HistoryEntry> History::of(HistoryKind kind) const {
  const auto& kept = kept_.at(std::size_t(kind));
  return {kept.rbegin(), kept.rend()};
}

HistoryEntry alert_entry(const Alert& alert, Timestamp at) {
  HistoryEntry entry{HistoryKind::Alerts, at, {}};
  JsonWriter json(entry.body);
  json.begin_object();
  write_time(json, "at", at);
  json.key("state").string(alert.state == AlertState::Inactive ? "resolved" : name(alert.state));
  write_labels(json, "labels", alert.labels);
  write_labels(json, "annotations", alert.annotations);
  json.key("value").number(alert.value);
  write_time(json, "activeAt", alert.active_at);
  write_time(json, "firedAt", alert.fired_at);
  write_time(json, "resolvedAt", alert.resolved_at);
  json.end_object();
  return entry;
}

HistoryEntry alert_entry(const AlertNotice& notice, Timestamp at) {
  HistoryEntry entry{HistoryKind::Alerts, at, {}};
  JsonWriter json(entry.body);
  json.begin_object();
  write_time(json, "at", at);
  json.key("state").string(notice.ends_at <= at ? "resolved" : "firing");
  write_labels(json, "labels", notice.labels);
  write_labels(json, "annotations", notice.annotations);
  write_time(json, "firedAt", notice.starts_at);
  if (notice.ends_at <= at) write_time(json, "resolvedAt", notice.ends_at);
  json.end_object();
  return entry;
}

HistoryEntry notification_entry(const Notification& notification, const Receipt& receipt,
                                Timestamp at) {
  HistoryEntry entry{HistoryKind::Notifications, at, {}};
  JsonWriter json(entry.body);
  json.begin_object();
  write_head(json, notification, at);
  write_time(json, "createdAt", notification.created_at);
  json.key("kind").string(receipt.receiver_kind);
  json.key("outcome").string(receipt.outcome);
  json.key("attempts").integer(receipt.attempts);
  json.key("receipt").string(receipt.receipt);
  json.key("lastError").string(receipt.error);
  if (receipt.digest_of > 0) json.key("digestOf").integer(std::int64_t(receipt.digest_of));
  json.key("alerts").begin_array();
  for (const NotificationAlert& alert : notification.alerts) {
    json.begin_object();
    json.key("fingerprint").string(fingerprint_text(fingerprint(alert.labels)));
    json.key("status").string(alert.resolved() ? "resolved" : "firing");
    write_values(json, alert.values);
    json.end_object();
  }
  json.end_array().end_object();
  return entry;
}

HistoryEntry dead_letter(const OutboxRow& row, std::string_view why, Timestamp at) {
  HistoryEntry entry{HistoryKind::DeadLetters, at, {}};
  JsonWriter json(entry.body);
  json.begin_object();
  write_head(json, row.notification, at);
  json.key("why").string(why);
  json.key("attempts").integer(row.attempts);
  json.key("lastError").string(row.last_error);
  json.key("notification").raw(encode_notification(row.notification));
  json.end_object();
  return entry;
}

}  // namespace lapwing::alerting
