// rules and alerts, in the exact shape of Prometheus's API.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "agent/base/number.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/go_number.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

using alerting::AlertState;
using alerting::AlertStatus;
using alerting::GroupStatus;
using alerting::RuleStatus;

/// What a request wants to see; an empty list lets everything pass.
struct Filter {
  bool alerting = true;
  bool recording = true;
  bool alerts = true;  ///< list each rule's alerts
  std::vector<std::string> rule_names;
  std::vector<std::string> group_names;
  std::vector<std::string> files;
  std::vector<std::vector<Matcher>> matchers;
  std::size_t group_limit = 0;  ///< 0: all
  std::string next_token;
};

bool passes(const std::vector<std::string>& allowed, const std::string& value) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

Result<Filter> filter_parameters(const http::Request& request) {
  Filter filter;
  filter.rule_names = request.parameters_named("rule_name[]");
  filter.group_names = request.parameters_named("rule_group[]");
  filter.files = request.parameters_named("file[]");
  Result<std::vector<std::vector<Matcher>>> matchers = matcher_parameters(request);
  if (!matchers) return matchers.error();
  filter.matchers = std::move(*matchers);
  std::string type(request.parameter("type"));
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  if (type != "" && type != "alert" && type != "record")
    return invalid_parameter("type", "not supported value " + quoted(type));
  filter.alerting = type != "record";
  filter.recording = type != "alert";
  const Result<bool> exclude = flag_parameter(request, "exclude_alerts");
  if (!exclude) return exclude.error();
  filter.alerts = !*exclude;
  filter.next_token = request.parameter("group_next_token");
  if (const std::string_view text = request.parameter("group_limit"); !text.empty()) {
    const Result<std::int64_t> count = parse_go_integer(text, "ParseInt");
    if (!count)
      return invalid_parameter("group_limit",
                               "group_limit needs to be a valid number: " + count.error().message);
    if (*count <= 0)
      return invalid_parameter("group_limit", "group_limit needs to be greater than 0");
    filter.group_limit = std::size_t(*count);
  } else if (!filter.next_token.empty()) {
    return invalid_parameter(
        "group_next_token", "group_limit needs to be present in order to paginate over the groups");
  }
  return filter;
}

/// Names a group for the next page; opaque to clients (FNV-1a of file and name).
std::string token_of(const GroupStatus& group) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : group.file + ";" + group.name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char text[17] = {};
  const auto end = std::to_chars(text, text + 16, hash, 16).ptr;
  return std::string(text, end);
}

bool shows(const Filter& filter, const RuleStatus& rule) {
  const bool alerting = rule.kind == RuleStatus::Kind::Alerting;
  if (alerting ? !filter.alerting : !filter.recording) return false;
  if (!passes(filter.rule_names, rule.name)) return false;
  if (filter.matchers.empty()) return true;
  return std::any_of(
      filter.matchers.begin(), filter.matchers.end(), [&](const std::vector<Matcher>& set) {
        return std::all_of(set.begin(), set.end(),
                           [&](const Matcher& one) { return one.matches(rule.labels); });
      });
}

void write_labels(JsonWriter& json, std::string_view key, const Labels& labels) {
  json.key(key).begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

/// Go's %e with as few digits as the value needs: "1e+00".
std::string exponent_form(double value) {
  if (!std::isfinite(value)) return format_value(value);
  char text[40];
  const auto end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  return std::string(text, end);
}

void write_alert(JsonWriter& json, const AlertStatus& alert) {
  json.begin_object();
  write_labels(json, "labels", alert.labels);
  write_labels(json, "annotations", alert.annotations);
  json.key("state").string(alerting::name(alert.state));
  json.key("activeAt").string(api_time(alert.active_at));
  if (alert.keep_firing_since != Timestamp{})
    json.key("keepFiringSince").string(api_time(alert.keep_firing_since));
  json.key("value").string(exponent_form(alert.value));
  json.end_object();
}

void write_alerts(JsonWriter& json, const RuleStatus& rule) {
  for (const AlertStatus& alert : rule.alerts)
    if (alert.state != AlertState::Inactive) write_alert(json, alert);
}

std::string_view health_name(alerting::RuleHealth health) {
  switch (health) {
    case alerting::RuleHealth::Ok:
      return "ok";
    case alerting::RuleHealth::Error:
      return "err";
    case alerting::RuleHealth::Unknown:
      break;
  }
  return "unknown";
}

void write_rule(JsonWriter& json, const RuleStatus& rule, bool with_alerts) {
  const bool alerting = rule.kind == RuleStatus::Kind::Alerting;
  json.begin_object();
  if (alerting) json.key("state").string(alerting::name(rule.state));
  json.key("name").string(rule.name);
  json.key("query").string(rule.expression);
  if (alerting) {
    json.key("duration").number(to_seconds(rule.hold_for));
    json.key("keepFiringFor").number(to_seconds(rule.keep_firing_for));
  }
  // Recording rules without labels have no such member in Prometheus.
  if (alerting || !rule.labels.empty()) write_labels(json, "labels", rule.labels);
  if (alerting) {
    write_labels(json, "annotations", rule.annotations);
    json.key("alerts");
    if (with_alerts) {
      json.begin_array();
      write_alerts(json, rule);
      json.end_array();
    } else {
      json.null();
    }
  }
  json.key("health").string(health_name(rule.health));
  if (!rule.last_error.empty()) json.key("lastError").string(rule.last_error);
  json.key("evaluationTime").number(rule.last_duration_seconds);
  json.key("lastEvaluation").string(api_time(rule.last_evaluation));
  json.key("type").string(alerting ? "alerting" : "recording");
  json.end_object();
}

void write_group(JsonWriter& json, const GroupStatus& group, const Filter& filter) {
  json.begin_object();
  json.key("name").string(group.name);
  json.key("file").string(group.file);
  json.key("rules").begin_array();
  for (const RuleStatus& rule : group.rules)
    if (shows(filter, rule)) write_rule(json, rule, filter.alerts);
  json.end_array();
  json.key("interval").number(to_seconds(group.interval));
  json.key("limit").integer(std::int64_t(group.limit));
  json.key("evaluationTime").number(group.last_duration_seconds);
  json.key("lastEvaluation").string(api_time(group.last_evaluation));
  json.end_object();
}

/// The groups of one page, and the token of the page after it ("" at the end).
/// Nothing when the token names no group.
std::optional<std::pair<std::vector<const GroupStatus*>, std::string>> page_of(
    const alerting::AlertingStatus& status, const Filter& filter) {
  std::vector<const GroupStatus*> page;
  bool started = filter.next_token.empty();
  for (const GroupStatus& group : status.groups) {
    started = started || token_of(group) == filter.next_token;
    if (!started || !passes(filter.group_names, group.name) || !passes(filter.files, group.file))
      continue;
    // A group of which no rule is left is not shown, also when it never had one.
    if (std::none_of(group.rules.begin(), group.rules.end(),
                     [&](const RuleStatus& rule) { return shows(filter, rule); }))
      continue;
    if (filter.group_limit != 0 && page.size() == filter.group_limit)
      return std::pair(std::move(page), token_of(group));
    page.push_back(&group);
  }
  if (!started) return std::nullopt;
  return std::pair(std::move(page), std::string());
}

}  // namespace

http::Response rules(const Dependencies& from, const http::Request& request) {
  const Result<Filter> filter = filter_parameters(request);
  if (!filter) return failure(ErrorType::BadData, filter.error().message);
  const std::shared_ptr<const alerting::AlertingStatus> status = from.alerting();
  const auto page = page_of(*status, *filter);
  if (!page) {
    const std::string why =
        "invalid group_next_token '" + filter->next_token + "'. were rule groups changed?";
    return failure(ErrorType::BadData, invalid_parameter("group_next_token", why).message);
  }
  Success success;
  JsonWriter& json = success.json();
  json.begin_object().key("groups").begin_array();
  for (const GroupStatus* group : page->first) write_group(json, *group, *filter);
  json.end_array();
  if (!page->second.empty()) json.key("groupNextToken").string(page->second);
  json.end_object();
  return std::move(success).response();
}

http::Response alerts(const Dependencies& from, const http::Request&) {
  Success success;
  JsonWriter& json = success.json();
  json.begin_object().key("alerts").begin_array();
  const std::shared_ptr<const alerting::AlertingStatus> status = from.alerting();
  for (const GroupStatus& group : status->groups)
    for (const RuleStatus& rule : group.rules) write_alerts(json, rule);
  json.end_array().end_object();
  return std::move(success).response();
}

http::Response alertmanagers(const Dependencies& from, const http::Request&) {
  Success success;
  JsonWriter& json = success.json();
  json.begin_object();
  json.key("activeAlertmanagers").begin_array();
  for (const std::string& url : from.notify.alertmanagers())
    json.begin_object().key("url").string(url).end_object();
  json.end_array();
  json.key("droppedAlertmanagers").begin_array().end_array();
  json.end_object();
  return std::move(success).response();
}

}  // namespace lapwing::dashboard::api
