// Alertmanager's API v2: alerts that notify, their groups, and alerts that others found.
#include <algorithm>
#include <optional>

#include "agent/base/json.h"
#include "agent/base/json_value.h"
#include "agent/base/regex.h"
#include "alerting/notify/matchers.h"
#include "dashboard/api/alertmanager.h"

namespace lapwing::dashboard::api {
namespace {

using alerting::AlertNotice;
using alerting::NotifyAlert;
using alerting::NotifyGroup;
using alerting::NotifyStatus;

/// What a request wants to see.
struct Filter {
  alerting::Matchers matchers;
  std::optional<Regex> receiver;
  bool active = true;
  bool silenced = true;
  bool inhibited = true;
  bool muted = true;

  bool shows(const NotifyAlert& alert) const {
    if (!active && !alert.suppressed()) return false;
    if (!silenced && !alert.silenced_by.empty()) return false;
    if (!inhibited && !alert.inhibited_by.empty()) return false;
    return alerting::matches_all(matchers, alert.labels);
  }
  bool wants(const std::string& name) const { return !receiver || receiver->matches(name); }
};

Result<Filter> read_filter(const http::Request& request) {
  Filter filter;
  for (const std::string& text : request.parameters_named("filter")) {
    auto matcher = alerting::parse_matcher(text);
    if (!matcher) return std::move(matcher).error();
    filter.matchers.push_back(*std::move(matcher));
  }
  if (const std::string_view text = request.parameter("receiver"); !text.empty()) {
    auto regex = Regex::create(text);
    if (!regex) return std::move(regex).error().in("failed to parse receiver param");
    filter.receiver = *std::move(regex);
  }
  const auto flag = [&](std::string_view name) {
    if (!request.has_parameter(name)) return true;
    const std::string_view text = request.parameter(name);
    return text == "true" || text == "1" || text == "t" || text == "yes" || text == "on";
  };
  filter.active = flag("active");
  filter.silenced = flag("silenced");
  filter.inhibited = flag("inhibited");
  filter.muted = flag("muted");
  return filter;
}

void write_labels(JsonWriter& json, std::string_view key, const Labels& labels) {
  json.key(key).begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_alert(JsonWriter& json, const NotifyAlert& alert,
                 const std::vector<std::string>& muted_by) {
  json.begin_object();
  write_labels(json, "annotations", alert.annotations);
  json.key("endsAt").string(format_rfc3339_millis(alert.ends_at));
  json.key("fingerprint").string(alert.fingerprint);
  json.key("receivers").begin_array();
  for (const std::string& name : alert.receivers)
    json.begin_object().key("name").string(name).end_object();
  json.end_array();
  json.key("startsAt").string(format_rfc3339_millis(alert.starts_at));
  json.key("status").begin_object();
  write_texts(json, "inhibitedBy", alert.inhibited_by);
  write_texts(json, "mutedBy", muted_by);
  write_texts(json, "silencedBy", alert.silenced_by);
  json.key("state").string(alert.suppressed() || !muted_by.empty() ? "suppressed" : "active");
  json.end_object();
  json.key("updatedAt").string(format_rfc3339_millis(alert.updated_at));
  if (!alert.generator_url.empty()) json.key("generatorURL").string(alert.generator_url);
  write_labels(json, "labels", alert.labels);
  json.end_object();
}

std::vector<const NotifyAlert*> by_fingerprint(std::vector<const NotifyAlert*> alerts) {
  std::sort(alerts.begin(), alerts.end(), [](const NotifyAlert* a, const NotifyAlert* b) {
    return a->fingerprint < b->fingerprint;
  });
  return alerts;
}

Result<std::optional<Timestamp>> time_member(const JsonValue& alert, std::string_view member) {
  const std::string_view text = alert.string_at(member);
  if (text.empty()) return std::optional<Timestamp>();
  auto time = parse_rfc3339(text);
  if (!time) return std::move(time).error();
  // Go's zero time means that nobody set it.
  if (*time <= Timestamp{}) return std::optional<Timestamp>();
  return std::optional(*time);
}

Labels labels_member(const JsonValue* object) {
  LabelsBuilder labels;
  if (object != nullptr)
    for (const JsonValue::Member& member : object->members)
      labels.set(member.name, member.value.text);
  return labels.build();
}

/// What makes the body none at all: labels and annotations that are no texts, times that are none.
std::string type_error(const JsonValue& alert) {
  for (const char* const map : {"labels", "annotations"})
    if (const JsonValue* object = alert.find(map); object != nullptr)
      for (const JsonValue::Member& member : object->members)
        if (member.value.kind != JsonValue::Kind::String)
          return std::string(map) + ": " + member.name + " is no text";
  for (const char* const time : {"startsAt", "endsAt"})
    if (const auto read = time_member(alert, time); !read) return read.error().message;
  return {};
}

/// Without an end it lasts for `resolve_timeout`, unless it is told again.
Result<AlertNotice> read_notice(const JsonValue& alert, Timestamp now, Duration resolve_timeout) {
  AlertNotice notice;
  notice.labels = labels_member(alert.find("labels"));
  if (notice.labels.empty()) return invalid("at least one label pair required");
  notice.annotations = labels_member(alert.find("annotations"));
  notice.generator_url = alert.string_at("generatorURL");
  const auto starts_at = time_member(alert, "startsAt");
  if (!starts_at) return starts_at.error();
  const auto ends_at = time_member(alert, "endsAt");
  if (!ends_at) return ends_at.error();
  notice.starts_at = starts_at->value_or(ends_at->value_or(now));
  notice.ends_at = ends_at->value_or(now + resolve_timeout);
  if (notice.starts_at > notice.ends_at) return invalid("start time must be before end time");
  return notice;
}

}  // namespace

http::Response notify_alerts(const Dependencies& from, const http::Request& request) {
  const auto filter = read_filter(request);
  if (!filter) return alertmanager_error(400, filter.error().message);
  const NotifyStatus status = from.notify.alerts();
  std::vector<const NotifyAlert*> shown;
  for (const NotifyAlert& alert : status.alerts)
    if (filter->shows(alert) &&
        std::any_of(alert.receivers.begin(), alert.receivers.end(),
                    [&](const std::string& name) { return filter->wants(name); }))
      shown.push_back(&alert);
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const NotifyAlert* alert : by_fingerprint(std::move(shown))) write_alert(json, *alert, {});
  json.end_array();
  return http::json_response(200, std::move(body) + "\n");
}

http::Response notify_groups(const Dependencies& from, const http::Request& request) {
  const auto filter = read_filter(request);
  if (!filter) return alertmanager_error(400, filter.error().message);
  const NotifyStatus status = from.notify.alerts();
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const NotifyGroup& group : status.groups) {
    if (!filter->wants(group.receiver)) continue;
    if (!filter->muted && !group.muted_by.empty()) continue;
    std::vector<const NotifyAlert*> shown;
    for (const std::size_t place : group.alerts)
      if (filter->shows(status.alerts[place])) shown.push_back(&status.alerts[place]);
    if (shown.empty()) continue;
    json.begin_object().key("alerts").begin_array();
    for (const NotifyAlert* alert : by_fingerprint(std::move(shown)))
      write_alert(json, *alert, group.muted_by);
    json.end_array();
    write_labels(json, "labels", group.labels);
    json.key("receiver").begin_object().key("name").string(group.receiver).end_object();
    json.end_object();
  }
  json.end_array();
  return http::json_response(200, std::move(body) + "\n");
}

http::Response post_alerts(const Dependencies& from, const http::Request& request) {
  const auto list = parse_json(request.body);
  if (!list || list->kind != JsonValue::Kind::Array)
    return alertmanager_refusal(400, 400,
                                "parsing alerts body from \"\" failed, because " +
                                    (list ? "it is no list" : list.error().message));
  for (std::size_t i = 0; i < list->items.size(); ++i)
    if (const JsonValue* labels = list->items[i].find("labels");
        labels == nullptr || labels->kind != JsonValue::Kind::Object)
      return alertmanager_refusal(422, 602, std::to_string(i) + ".labels in body is required");
  for (const JsonValue& item : list->items)
    if (const std::string wrong = type_error(item); !wrong.empty())
      return alertmanager_refusal(400, 400,
                                  "parsing alerts body from \"\" failed, because " + wrong);
  std::vector<AlertNotice> notices;
  std::string wrong;
  const Timestamp now = from.clock.now();
  const Duration resolve_timeout = from.notify.resolve_timeout();
  // What is sound is taken, whatever stands beside it.
  for (const JsonValue& item : list->items) {
    auto notice = read_notice(item, now, resolve_timeout);
    if (notice) {
      notices.push_back(*std::move(notice));
    } else {
      wrong.append(wrong.empty() ? "" : "; ").append(notice.error().message);
    }
  }
  if (!notices.empty() && !from.notify.post(std::move(notices)))
    return alertmanager_error(503, "too many alerts are waiting: try again in a moment");
  if (!wrong.empty()) return alertmanager_error(400, wrong);
  return http::text_response(200, "");
}

}  // namespace lapwing::dashboard::api
