#include "dashboard/server.h"

#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <utility>

#include "agent/exposition/format.h"
#include "agent/exposition/page.h"
#include "agent/http/server.h"
#include "dashboard/api/alertmanager.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/live.h"
#include "dashboard/page.h"
#include "dashboard/request_guard.h"

namespace lapwing::dashboard {
namespace {

/// Which methods a path takes, as in Prometheus. OPTIONS is everywhere.
enum class Takes { Get, GetAndForms, PostAndPut };

struct ApiRoute {
  Takes takes;
  std::string_view path;
  http::Response (*handler)(const Dependencies&, const http::Request&);
  http::Lane lane = http::Lane::Quick;
};

constexpr http::Lane kQueries = http::Lane::Queries;

constexpr std::array kApiRoutes = {
    ApiRoute{Takes::GetAndForms, "/api/v1/query", api::query, kQueries},
    ApiRoute{Takes::GetAndForms, "/api/v1/query_range", api::query_range, kQueries},
    ApiRoute{Takes::GetAndForms, "/api/v1/query_exemplars", api::query_exemplars},
    ApiRoute{Takes::GetAndForms, "/api/v1/format_query", api::format_query},
    ApiRoute{Takes::GetAndForms, "/api/v1/parse_query", api::parse_query},
    ApiRoute{Takes::GetAndForms, "/api/v1/labels", api::labels, kQueries},
    ApiRoute{Takes::GetAndForms, "/api/v1/series", api::series, kQueries},
    ApiRoute{Takes::Get, "/api/v1/label/*/values", api::label_values, kQueries},
    ApiRoute{Takes::Get, "/api/v1/metadata", api::metadata},
    ApiRoute{Takes::Get, "/api/v1/rules", api::rules},
    ApiRoute{Takes::Get, "/api/v1/alerts", api::alerts},
    ApiRoute{Takes::Get, "/api/v1/alertmanagers", api::alertmanagers},
    ApiRoute{Takes::Get, "/api/v1/targets", api::targets},
    ApiRoute{Takes::Get, "/api/v1/targets/metadata", api::targets_metadata},
    ApiRoute{Takes::Get, "/api/v1/scrape_pools", api::scrape_pools},
    ApiRoute{Takes::Get, "/api/v1/status/buildinfo", api::buildinfo},
    ApiRoute{Takes::Get, "/api/v1/status/runtimeinfo", api::runtimeinfo},
    ApiRoute{Takes::Get, "/api/v1/status/config", api::config},
    ApiRoute{Takes::Get, "/api/v1/status/flags", api::flags},
    ApiRoute{Takes::Get, "/api/v1/status/tsdb", api::tsdb},
    ApiRoute{Takes::Get, "/api/v1/status/walreplay", api::walreplay},
    ApiRoute{Takes::Get, "/api/v1/status/lapwing", api::lapwing_status},
    ApiRoute{Takes::Get, "/api/v1/history/*", api::history},
    ApiRoute{Takes::Get, "/api/v1/status/probe_suggestions", api::probe_suggestions},
    ApiRoute{Takes::Get, "/api/v1/notifications", api::notifications},
    ApiRoute{Takes::Get, "/api/v1/top", api::top},
    ApiRoute{Takes::PostAndPut, "/api/v1/admin/tsdb/snapshot", api::admin_disabled},
    ApiRoute{Takes::PostAndPut, "/api/v1/admin/tsdb/delete_series", api::admin_disabled},
    ApiRoute{Takes::PostAndPut, "/api/v1/admin/tsdb/clean_tombstones", api::admin_disabled},
};

std::span<const char* const> methods_of(Takes takes) {
  static constexpr std::array kGet = {"GET"};
  static constexpr std::array kForms = {"GET", "POST"};
  static constexpr std::array kCommands = {"POST", "PUT"};
  if (takes == Takes::Get) return kGet;
  if (takes == Takes::GetAndForms) return kForms;
  return kCommands;
}

/// Lets pages of the origins that the configuration names read the answer (Fetch standard, CORS).
void add_cross_origin_headers(const Dependencies& from, const http::Request& request,
                              http::Response& response) {
  if (!from.allows_origin) return;
  response.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.header("Origin");
  if (origin.empty() || !from.allows_origin(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                "Accept, Authorization, Content-Type, Origin");
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.headers.emplace_back("Access-Control-Expose-Headers", "Date");
}

/// The newest batches in the format that the scraper asks for.
http::Response metrics_page(const Dependencies& from, const http::Request& request) {
  const exposition::Format format = exposition::negotiate(request.header("Accept"));
  http::Response response;
  response.content_type = exposition::content_type(format);
  response.body = exposition::render(from.newest_batches.snapshots(), from.clock.now(), format);
  return response;
}

/// blackbox_exporter's page. A probe may take its time: no worker waits for it.
http::Response probe(const Dependencies& from, const http::Request& request) {
  if (!from.probe) return http::text_response(404, "there are no probes here\n");
  http::Response response;
  response.later = [&from, request](http::Respond respond) {
    from.probe(request, std::move(respond));
  };
  return response;
}

http::Response health(const http::Request&) {
  return http::text_response(200, "Lapwing is healthy.\n");
}

}  // namespace

struct Dashboard::State {
  explicit State(Dependencies given) : dependencies(std::move(given)), live(dependencies) {}

  http::Handler api_handler(const ApiRoute& route);
  http::Handler guarded(http::Handler handler);
  http::Response reload();
  http::Response ready() const;

  const Dependencies dependencies;
  Live live;
};

/// Counts and times each request, and marks JSON as nothing else.
http::Handler Dashboard::State::api_handler(const ApiRoute& route) {
  const std::string path(route.path);
  const metrics::LabelPairs labels{{"handler", path}};
  const metrics::Counter failed = dependencies.registry.counter(
      "lapwing_api_failures_total", "API requests that were answered with an error.", labels);
  const metrics::Histogram seconds = dependencies.registry.histogram(
      "lapwing_api_request_seconds", "Time to answer an API request.",
      {0.001, 0.005, 0.025, 0.1, 0.5, 2, 10}, labels);
  return [this, handler = route.handler, failed, seconds](const http::Request& request) {
    const auto started = dependencies.clock.monotonic();
    http::Response response = handler(dependencies, request);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    add_cross_origin_headers(dependencies, request, response);
    if (response.status >= 400) failed.add();
    seconds.observe(
        std::chrono::duration<double>(dependencies.clock.monotonic() - started).count());
    return response;
  };
}

http::Handler Dashboard::State::guarded(http::Handler handler) {
  return [this, handler = std::move(handler)](const http::Request& request) {
    const Result<void> allowed = check_same_site(request, dependencies.runtime().host_name);
    if (allowed) return handler(request);
    dependencies.log.warn("refused {} {} from {}: {}", request.method, request.path,
                          request.remote_address, allowed.error().message);
    return http::text_response(403, "Refused: " + allowed.error().message + ".\n");
  };
}

http::Response Dashboard::State::reload() {
  const Result<void> done = dependencies.reload();
  if (done) return http::text_response(200, "");
  return http::text_response(500, "failed to reload config: " + done.error().message + "\n");
}

http::Response Dashboard::State::ready() const {
  if (dependencies.ready()) return http::text_response(200, "Lapwing is ready.\n");
  return http::text_response(503, "Lapwing is starting; ask again in a moment.\n");
}

Dashboard::Dashboard(Dependencies dependencies)
    : state_(std::make_unique<State>(std::move(dependencies))) {}

Dashboard::~Dashboard() = default;

std::vector<Route> Dashboard::routes() {
  State& state = *state_;
  std::vector<Route> routes;
  for (const Asset& asset : state.dependencies.assets)
    routes.push_back({"GET", std::string(asset.path), [&asset](const http::Request& request) {
                        return asset_response(asset, request);
                      }});
  for (const ApiRoute& route : kApiRoutes) {
    const http::Handler handler = state.api_handler(route);
    for (const char* method : methods_of(route.takes))
      routes.push_back({method, std::string(route.path), handler, route.lane});
    routes.push_back({"OPTIONS", std::string(route.path),
                      [&state](const http::Request& request) {
                        http::Response response{.status = 204};
                        add_cross_origin_headers(state.dependencies, request, response);
                        return response;
                      },
                      route.lane});
  }
  const auto add_plain = [&](const char* method, const char* path, auto* handler,
                             http::Lane lane = http::Lane::Quick) {
    routes.push_back({method, path,
                      [&state, handler](const http::Request& request) {
                        return handler(state.dependencies, request);
                      },
                      lane});
  };
  add_plain("GET", "/federate", api::federate, kQueries);
  add_plain("GET", "/version", api::version);
  add_plain("POST", "/api/v1/read", api::remote_read, kQueries);
  add_plain("DELETE", "/api/v1/series", api::delete_series);
  // Prometheus streams its notifications here; 204 tells an event source not to come again.
  routes.push_back({"GET", "/api/v1/notifications/live",
                    [](const http::Request&) { return http::Response{.status = 204}; }});
  for (const api::AlertmanagerRoute& route : api::alertmanager_routes()) {
    http::Handler handler = state.api_handler({Takes::Get, route.path, route.handler});
    if (route.method != "GET") handler = state.guarded(std::move(handler));
    routes.push_back({std::string(route.method), std::string(route.path), std::move(handler)});
  }
  routes.push_back({"GET", "/api/v1/live", [&state](const http::Request& request) {
                      return state.live.subscribe(request);
                    }});
  http::Handler write = state.dependencies.remote_write;
  if (!write)
    write = [](const http::Request&) {
      return http::text_response(404,
                                 "remote write is not taken here; set "
                                 "web.enable_remote_write_receiver: true\n");
    };
  routes.push_back({"POST", "/api/v1/write", state.guarded(std::move(write))});
  // A look-alike of a command: a foreign page must not make us call others.
  routes.push_back({"GET", "/probe", state.guarded([&state](const http::Request& request) {
                      return probe(state.dependencies, request);
                    })});
  routes.push_back({"GET", "/metrics", [&state](const http::Request& request) {
                      return metrics_page(state.dependencies, request);
                    }});
  routes.push_back({"GET", "/-/healthy", health});
  routes.push_back({"GET", "/-/ready", [&state](const http::Request&) { return state.ready(); }});
  for (const char* method : {"POST", "PUT"})
    routes.push_back({method, "/-/reload",
                      state.guarded([&state](const http::Request&) { return state.reload(); })});
  return routes;
}

void Dashboard::register_routes(http::Server& server) {
  for (Route& route : routes())
    server.route(route.method, route.path, std::move(route.handler), route.lane);
}

Timestamp Dashboard::step(Timestamp now) { return state_->live.step(now); }

void Dashboard::on_wake(std::function<void()> wake) { state_->live.on_wake(std::move(wake)); }

void Dashboard::tick_changed() const { state_->live.tick_changed(); }

}  // namespace lapwing::dashboard
