#include "alerting/notify/notification_data.h"

#include "agent/base/json_value.h"

namespace lapwing::alerting {
namespace {

using Arguments = std::span<const TemplateValue>;
using Kind = TemplateValue::Kind;

constexpr std::string_view kFiring = "firing";
constexpr std::string_view kResolved = "resolved";

constexpr TemplateType kPair{"template.Pair"};

/// "a=1, b=2".
std::string pairs_text(const TemplateValue& pairs) {
  std::string out;
  for (const TemplateValue& pair : pairs.items()) {
    if (!out.empty()) out += ", ";
    out.append(pair.find("Name")->as_string()).append("=").append(pair.find("Value")->as_string());
  }
  return out;
}

template <bool kNames>
Result<TemplateValue> pairs_part(const TemplateValue& pairs, Arguments) {
  TemplateValue::List parts;
  for (const TemplateValue& pair : pairs.items())
    parts.push_back(pair.fields()[kNames ? 0 : 1].second);
  return TemplateValue::list(std::move(parts));
}

Result<TemplateValue> text_of(const TemplateValue& self, Arguments) {
  std::string out;
  self.print(out);
  return TemplateValue::string(std::move(out));
}

constexpr TemplateMethod kPairsMethods[] = {
    {"Names", 0, pairs_part<true>}, {"Values", 0, pairs_part<false>}, {"String", 0, text_of}};
constexpr TemplateType kPairs{"template.Pairs", kPairsMethods, pairs_text};

/// By name, but the alert's name first.
TemplateValue sorted_pairs(const TemplateValue& map) {
  TemplateValue::List pairs;
  const auto add = [&](const std::string& name, const TemplateValue& value) {
    pairs.push_back(
        TemplateValue::object({{"Name", TemplateValue::string(name)}, {"Value", value}}).as(kPair));
  };
  for (const auto& [name, value] : map.members())
    if (name == "alertname") add(name, value);
  for (const auto& [name, value] : map.members())
    if (name != "alertname") add(name, value);
  return TemplateValue::list(std::move(pairs)).as(kPairs);
}

std::string map_text(const TemplateValue& map) { return pairs_text(sorted_pairs(map)); }

Result<TemplateValue> map_pairs(const TemplateValue& map, Arguments) { return sorted_pairs(map); }

template <bool kNames>
Result<TemplateValue> map_part(const TemplateValue& map, Arguments) {
  return pairs_part<kNames>(sorted_pairs(map), {});
}

Result<TemplateValue> remove(const TemplateValue& map, Arguments arguments);

constexpr TemplateMethod kMapMethods[] = {{"SortedPairs", 0, map_pairs},
                                          {"Remove", 1, remove},
                                          {"Names", 0, map_part<true>},
                                          {"Values", 0, map_part<false>},
                                          {"String", 0, text_of}};
constexpr TemplateType kMap{"template.KV", kMapMethods, map_text};

Result<TemplateValue> remove(const TemplateValue& map, Arguments arguments) {
  if (arguments[0].kind() != Kind::List)
    return invalid("wrong type for value; expected []string; got " +
                   std::string(arguments[0].type_name()));
  TemplateValue::Members left = map.members();
  for (const TemplateValue& name : arguments[0].items()) left.erase(name.as_string());
  return TemplateValue::map(std::move(left)).as(kMap);
}

constexpr std::string_view kAlertJsonNames[] = {"status", "labels",       "annotations", "startsAt",
                                                "endsAt", "generatorURL", "fingerprint"};
constexpr TemplateType kAlert{"template.Alert", {}, nullptr, false, kAlertJsonNames};
constexpr TemplateType kAlertList{"[]template.Alert"};

template <const std::string_view* kStatus>
Result<TemplateValue> with_status(const TemplateValue& alerts, Arguments) {
  TemplateValue::List kept;
  for (const TemplateValue& alert : alerts.items())
    if (alert.find("Status")->as_string() == *kStatus) kept.push_back(alert);
  return TemplateValue::list(std::move(kept)).as(kAlertList);
}

constexpr TemplateMethod kAlertsMethods[] = {{"Firing", 0, with_status<&kFiring>},
                                             {"Resolved", 0, with_status<&kResolved>}};
constexpr TemplateType kAlerts{"template.Alerts", kAlertsMethods};

constexpr std::string_view kDataJsonNames[] = {"receiver",
                                               "status",
                                               "alerts",
                                               "notification_reason",
                                               "groupLabels",
                                               "commonLabels",
                                               "commonAnnotations",
                                               "externalURL"};
constexpr TemplateType kData{"template.Data", {}, nullptr, false, kDataJsonNames};

TemplateValue text(std::string_view value) { return TemplateValue::string(std::string(value)); }

TemplateValue map_of(const Labels& labels) { return TemplateValue::from(labels).as(kMap); }

TemplateValue time_of(Timestamp time) {
  return TemplateValue::time(time == Timestamp{} ? GoTime() : GoTime::from(time));
}

TemplateValue alert_of(const NotificationAlert& alert) {
  return TemplateValue::object({{"Status", text(alert.resolved() ? kResolved : kFiring)},
                                {"Labels", map_of(alert.labels)},
                                {"Annotations", map_of(alert.annotations)},
                                {"StartsAt", time_of(alert.starts_at)},
                                {"EndsAt", time_of(alert.ends_at)},
                                {"GeneratorURL", text(alert.generator_url)},
                                {"Fingerprint", text(fingerprint_text(fingerprint(alert.labels)))}})
      .as(kAlert);
}

TemplateValue data_of(TemplateValue receiver, TemplateValue status, TemplateValue::List alerts,
                      TemplateValue reason, TemplateValue group_labels, TemplateValue common_labels,
                      TemplateValue common_annotations, TemplateValue external_url) {
  return TemplateValue::object({{"Receiver", std::move(receiver)},
                                {"Status", std::move(status)},
                                {"Alerts", TemplateValue::list(std::move(alerts)).as(kAlerts)},
                                {"NotificationReason", std::move(reason)},
                                {"GroupLabels", std::move(group_labels)},
                                {"CommonLabels", std::move(common_labels)},
                                {"CommonAnnotations", std::move(common_annotations)},
                                {"ExternalURL", std::move(external_url)}})
      .as(kData);
}

/// A map of texts below `name`; empty when there is none.
TemplateValue map_at(const JsonValue& object, std::string_view name) {
  TemplateValue::Members members;
  if (const JsonValue* map = object.find(name); map != nullptr)
    for (const auto& [key, value] : map->members) members[key] = TemplateValue::string(value.text);
  return TemplateValue::map(std::move(members)).as(kMap);
}

Result<TemplateValue> time_at(const JsonValue& object, std::string_view name) {
  const std::string_view value = object.string_at(name);
  if (value.empty()) return TemplateValue::time({});
  auto time = parse_go_time(value);
  if (!time) return std::move(time).error().in(name);
  return TemplateValue::time(*std::move(time));
}

Result<TemplateValue> alert_from(const JsonValue& item) {
  auto starts_at = time_at(item, "startsAt");
  auto ends_at = time_at(item, "endsAt");
  if (!starts_at || !ends_at) return std::move(starts_at ? ends_at : starts_at).error();
  return TemplateValue::object({{"Status", text(item.string_at("status"))},
                                {"Labels", map_at(item, "labels")},
                                {"Annotations", map_at(item, "annotations")},
                                {"StartsAt", *std::move(starts_at)},
                                {"EndsAt", *std::move(ends_at)},
                                {"GeneratorURL", text(item.string_at("generatorURL"))},
                                {"Fingerprint", text(item.string_at("fingerprint"))}})
      .as(kAlert);
}

}  // namespace

TemplateValue notification_data(const Notification& notification, const std::string& external_url,
                                std::uint64_t max_alerts) {
  std::span<const NotificationAlert> alerts = notification.alerts;
  if (max_alerts > 0 && alerts.size() > max_alerts) alerts = alerts.first(max_alerts);
  TemplateValue::List items;
  bool firing = false;
  for (const NotificationAlert& alert : alerts) {
    firing = firing || !alert.resolved();
    items.push_back(alert_of(alert));
  }
  return data_of(text(quoted_receiver(notification.key.receiver)),
                 text(firing ? kFiring : kResolved), std::move(items), text(notification.reason),
                 map_of(notification.group_labels), map_of(common_labels(alerts)),
                 map_of(common_annotations(alerts)), text(external_url));
}

Result<TemplateValue> notification_data_from_json(std::string_view json) {
  const auto root = parse_json(json);
  if (!root) return Error(root.error()).in("notification data");
  if (root->kind != JsonValue::Kind::Object)
    return invalid("notification data: expected an object");
  TemplateValue::List items;
  if (const JsonValue* alerts = root->find("alerts"); alerts != nullptr)
    for (const JsonValue& item : alerts->items) {
      auto alert = alert_from(item);
      if (!alert) return std::move(alert).error().in("notification data, an alert");
      items.push_back(*std::move(alert));
    }
  return data_of(text(root->string_at("receiver")), text(root->string_at("status")),
                 std::move(items), text(root->string_at("notification_reason")),
                 map_at(*root, "groupLabels"), map_at(*root, "commonLabels"),
                 map_at(*root, "commonAnnotations"), text(root->string_at("externalURL")));
}

}  // namespace lapwing::alerting
