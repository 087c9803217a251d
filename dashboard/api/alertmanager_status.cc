// Alertmanager's API v2: its routes, errors, and what it says of this agent.
#include <algorithm>
#include <array>

#include "agent/base/json.h"
#include "agent/config/print.h"
#include "agent/config/value.h"
#include "dashboard/api/alertmanager.h"

namespace lapwing::dashboard::api {
namespace {

constexpr std::array kRoutes = {
    AlertmanagerRoute{"GET", "/api/v2/status", notify_status},
    AlertmanagerRoute{"GET", "/api/v2/receivers", notify_receivers},
    AlertmanagerRoute{"GET", "/api/v2/alerts", notify_alerts},
    AlertmanagerRoute{"POST", "/api/v2/alerts", post_alerts},
    AlertmanagerRoute{"GET", "/api/v2/alerts/groups", notify_groups},
    AlertmanagerRoute{"GET", "/api/v2/silences", silences},
    AlertmanagerRoute{"POST", "/api/v2/silences", post_silence},
    AlertmanagerRoute{"GET", "/api/v2/silence/*", silence},
    AlertmanagerRoute{"DELETE", "/api/v2/silence/*", expire_silence},
};

/// The keys that an alertmanager.yml may have, less `global`, which is not served: amtool reads
/// this text and refuses any other.
constexpr std::array<std::string_view, 6> kOwnKeys = {
    "route", "inhibit_rules", "receivers", "templates", "time_intervals", "mute_time_intervals"};

std::string alertmanager_configuration(const std::string& whole) {
  const auto root = config::parse_yaml("configuration", whole);
  if (!root || root->kind() != config::Value::Kind::Map) return "";
  std::vector<config::Value::Entry> kept;
  for (const config::Value::Entry& entry : root->entries())
    if (std::find(kOwnKeys.begin(), kOwnKeys.end(), entry.key) != kOwnKeys.end())
      kept.push_back(entry);
  if (kept.empty()) return "";
  return config::print_yaml(config::Value::map(root->place(), std::move(kept)));
}

}  // namespace

std::span<const AlertmanagerRoute> alertmanager_routes() { return kRoutes; }

http::Response alertmanager_error(int status, std::string_view message) {
  std::string body;
  JsonWriter(body).string(message);
  return http::json_response(status, std::move(body) + "\n");
}

http::Response alertmanager_refusal(int status, int code, std::string_view message) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("code").integer(code).key("message").string(message).end_object();
  return http::json_response(status, std::move(body));
}

http::Response notify_status(const Dependencies& from, const http::Request&) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  json.key("cluster").begin_object();
  json.key("peers").begin_array().end_array();
  json.key("status").string("disabled").end_object();
  json.key("config").begin_object();
  json.key("original").string(alertmanager_configuration(from.configuration())).end_object();
  json.key("uptime").string(format_rfc3339_millis(from.runtime().started));
  json.key("versionInfo").begin_object();
  json.key("branch").string("");
  json.key("buildDate").string("");
  json.key("buildUser").string("");
  json.key("goVersion").string(from.build.compiler);
  json.key("revision").string(from.build.revision);
  json.key("version").string(from.build.version);
  json.end_object().end_object();
  return http::json_response(200, std::move(body) + "\n");
}

http::Response notify_receivers(const Dependencies& from, const http::Request&) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  const auto status = from.alerting();
  for (const alerting::ReceiverStatus& receiver : status->receivers)
    json.begin_object()
        .key("labels")
        .begin_object()
        .key("name")
        .string(receiver.name)
        .end_object()
        .key("name")
        .string(receiver.name)
        .end_object();
  json.end_array();
  return http::json_response(200, std::move(body) + "\n");
}

}  // namespace lapwing::dashboard::api
