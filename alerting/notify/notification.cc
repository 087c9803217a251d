#include "alerting/notify/notification.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "agent/base/json.h"
#include "agent/base/json_value.h"
#include "alerting/schedule.h"

namespace lapwing::alerting {
namespace {

void write_labels(JsonWriter& json, const Labels& labels) {
  json.begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

Result<Labels> read_labels(const JsonValue* value) {
  if (value == nullptr || value->kind != JsonValue::Kind::Object)
    return corrupt("expected an object of labels");
  std::vector<Label> labels;
  for (const auto& [name, text] : value->members) {
    if (text.kind != JsonValue::Kind::String) return corrupt("expected a text for " + name);
    labels.push_back({name, text.text});
  }
  return Labels::from(std::move(labels));
}

Timestamp read_time(const JsonValue& object, std::string_view member) {
  const JsonValue* value = object.find(member);
  // What is no time of ours is none: a double may be past all integers.
  constexpr double kFarthest = 9e15;
  const bool sound = value != nullptr && std::abs(value->number) < kFarthest;
  return sound ? from_millis(std::int64_t(value->number)) : Timestamp{};
}

/// NaN where it is missing or null, which is how a NaN is written.
double read_number(const JsonValue& object, std::string_view member) {
  const JsonValue* value = object.find(member);
  const bool number = value != nullptr && value->kind == JsonValue::Kind::Number;
  return number ? value->number : std::numeric_limits<double>::quiet_NaN();
}

AlertValues read_values(const JsonValue& alert) {
  return {read_number(alert, "peak"), read_number(alert, "last"), read_number(alert, "recovered")};
}

void write_fingerprints(JsonWriter& json, const std::vector<std::uint64_t>& fingerprints) {
  json.begin_array();
  for (const std::uint64_t value : fingerprints) json.string(fingerprint_text(value));
  json.end_array();
}

std::vector<std::uint64_t> read_fingerprints(const JsonValue* value) {
  std::vector<std::uint64_t> fingerprints;
  if (value == nullptr) return fingerprints;
  for (const JsonValue& item : value->items) {
    std::uint64_t number = 0;
    const std::string& text = item.text;
    std::from_chars(text.data(), text.data() + text.size(), number, 16);
    fingerprints.push_back(number);
  }
  return fingerprints;
}

Labels common(std::span<const NotificationAlert> alerts, Labels NotificationAlert::* part) {
  if (alerts.empty()) return {};
  std::vector<Label> kept;
  for (const Label label : alerts.front().*part)
    if (std::all_of(alerts.begin() + 1, alerts.end(), [&](const NotificationAlert& alert) {
          return (alert.*part).get(label.name) == label.value;
        }))
      kept.push_back(label);
  return Labels::from(std::move(kept));
}

/// LabelSet.Before of Prometheus's model: fewer labels first, then by names and values.
bool label_set_before(const Labels& a, const Labels& b) {
  if (a.size() != b.size()) return a.size() < b.size();
  auto in_a = a.begin();
  auto in_b = b.begin();
  while (in_a != a.end() && in_b != b.end()) {
    const Label left = *in_a;
    const Label right = *in_b;
    // A name that only one set has decides: the set without it comes first.
    if (left.name != right.name) return left.name > right.name;
    if (left.value != right.value) return left.value < right.value;
    ++in_a;
    ++in_b;
  }
  return false;
}

}  // namespace

std::uint64_t fingerprint(const Labels& labels) {
  constexpr std::string_view kSeparator = "\xff";
  std::uint64_t hash = fnv1a({});
  for (const Label label : labels) {
    hash = fnv1a(label.name, hash);
    hash = fnv1a(kSeparator, hash);
    hash = fnv1a(label.value, hash);
    hash = fnv1a(kSeparator, hash);
  }
  return hash;
}

std::string fingerprint_text(std::uint64_t fingerprint) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(fingerprint));
  return text;
}

bool notification_order(const Labels& a, const Labels& b) {
  for (const std::string_view name : {"job", "instance"}) {
    const std::string_view left = a.get(name);
    const std::string_view right = b.get(name);
    if (left == right) continue;
    if (left.empty() || right.empty()) return right.empty();
    return left < right;
  }
  return label_set_before(a, b);
}

Labels common_labels(std::span<const NotificationAlert> alerts) {
  return common(alerts, &NotificationAlert::labels);
}

Labels common_annotations(std::span<const NotificationAlert> alerts) {
  return common(alerts, &NotificationAlert::annotations);
}

std::string quoted_receiver(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool Notification::any_firing() const {
  return std::any_of(alerts.begin(), alerts.end(),
                     [](const NotificationAlert& alert) { return !alert.resolved(); });
}

std::string idempotency_key(const Notification& notification, Timestamp told_last) {
  std::string news = notification.key.receiver;
  const auto add = [&](std::string_view text) { news.append(1, '\xff').append(text); };
  add(std::to_string(notification.key.integration));
  add(notification.key.group_key);
  add(std::to_string(to_millis(told_last)));
  for (const NotificationAlert& alert : notification.alerts) {
    add(fingerprint_text(fingerprint(alert.labels)));
    add(std::to_string(to_millis(alert.starts_at)));
    add(std::to_string(to_millis(alert.ends_at)));
  }
  constexpr std::uint64_t kOtherSeed = 0x9e3779b97f4a7c15U;
  return fingerprint_text(fnv1a(news)) + fingerprint_text(fnv1a(news, kOtherSeed));
}

std::string encode_notification(const Notification& notification) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("receiver").string(notification.key.receiver);
  json.key("integration").integer(notification.key.integration);
  json.key("group_key").string(notification.key.group_key);
  json.key("group_labels");
  write_labels(json, notification.group_labels);
  json.key("created_at").integer(to_millis(notification.created_at));
  json.key("group_interval").integer(notification.group_interval.count());
  json.key("firing");
  write_fingerprints(json, notification.firing);
  json.key("resolved");
  write_fingerprints(json, notification.resolved);
  json.key("idempotency_key").string(notification.idempotency_key);
  json.key("reason").string(notification.reason);
  json.key("alerts").begin_array();
  for (const NotificationAlert& alert : notification.alerts) {
    json.begin_object().key("labels");
    write_labels(json, alert.labels);
    json.key("annotations");
    write_labels(json, alert.annotations);
    json.key("starts_at").integer(to_millis(alert.starts_at));
    json.key("ends_at").integer(to_millis(alert.ends_at));
    json.key("generator_url").string(alert.generator_url);
    if (alert.values.known()) {
      json.key("peak").number(alert.values.peak);
      json.key("last").number(alert.values.last);
      json.key("recovered").number(alert.values.recovered);
    }
    json.end_object();
  }
  json.end_array().end_object();
  return text;
}

Result<Notification> decode_notification(std::string_view text) {
  const auto root = parse_json(text);
  if (!root) return corrupt("notification: " + root.error().message);
  Notification notification;
  notification.key.receiver = root->string_at("receiver");
  notification.key.group_key = root->string_at("group_key");
  if (const JsonValue* integration = root->find("integration"))
    if (integration->number >= 0 && integration->number < 1e6)
      notification.key.integration = std::uint32_t(integration->number);
  auto group_labels = read_labels(root->find("group_labels"));
  if (!group_labels) return Error(group_labels.error()).in("notification");
  notification.group_labels = std::move(*group_labels);
  notification.created_at = read_time(*root, "created_at");
  notification.group_interval = read_time(*root, "group_interval").time_since_epoch();
  notification.firing = read_fingerprints(root->find("firing"));
  notification.resolved = read_fingerprints(root->find("resolved"));
  notification.idempotency_key = root->string_at("idempotency_key");
  notification.reason = root->string_at("reason");
  const JsonValue* alerts = root->find("alerts");
  if (alerts == nullptr || notification.key.receiver.empty())
    return corrupt("notification: it lacks its receiver or its alerts");
  for (const JsonValue& item : alerts->items) {
    auto labels = read_labels(item.find("labels"));
    auto annotations = read_labels(item.find("annotations"));
    if (!labels || !annotations)
      return Error((labels ? annotations : labels).error()).in("notification");
    notification.alerts.push_back({std::move(*labels), std::move(*annotations),
                                   read_time(item, "starts_at"), read_time(item, "ends_at"),
                                   std::string(item.string_at("generator_url")),
                                   read_values(item)});
  }
  return notification;
}

std::string encode_labels(const Labels& labels) {
  std::string text;
  JsonWriter json(text);
  write_labels(json, labels);
  return text;
}

Result<Labels> decode_labels(std::string_view text) {
  const auto root = parse_json(text);
  if (!root) return corrupt("labels: " + root.error().message);
  return read_labels(&*root);
}

}  // namespace lapwing::alerting
