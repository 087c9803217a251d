// Alertmanager's API v2: what amtool and its like ask of a notification side. Handlers as in
// handlers.h. Source of truth: its openapi.yaml, and a running Alertmanager 0.33.
#pragma once

#include <span>
#include <string_view>

#include "agent/http/message.h"
#include "dashboard/dependencies.h"

namespace lapwing::dashboard::api {

struct AlertmanagerRoute {
  std::string_view method;
  std::string_view path;
  http::Response (*handler)(const Dependencies&, const http::Request&);
};

std::span<const AlertmanagerRoute> alertmanager_routes();

/// An error as Alertmanager's handlers tell it: a JSON text.
http::Response alertmanager_error(int status, std::string_view message);
/// An error as its request checks tell it: {"code","message"}; 400 for a body that is no JSON,
/// else 422 (601 type, 602 missing, 612 too few).
http::Response alertmanager_refusal(int status, int code, std::string_view message);

// alertmanager_alerts.cc
http::Response notify_alerts(const Dependencies& from, const http::Request& request);
http::Response notify_groups(const Dependencies& from, const http::Request& request);
http::Response post_alerts(const Dependencies& from, const http::Request& request);

// alertmanager_silences.cc
http::Response silences(const Dependencies& from, const http::Request& request);
http::Response post_silence(const Dependencies& from, const http::Request& request);
/// path_arguments[0] is the silence's id.
http::Response silence(const Dependencies& from, const http::Request& request);
http::Response expire_silence(const Dependencies& from, const http::Request& request);

// alertmanager_status.cc
http::Response notify_status(const Dependencies& from, const http::Request& request);
http::Response notify_receivers(const Dependencies& from, const http::Request& request);

}  // namespace lapwing::dashboard::api
