// Names are stable (README, reference); labels are bounded by routes, statuses and constants.
#include "agent/http/server_metrics.h"

namespace lapwing::http {
namespace {

/// A gauge a lane, in their order.
std::array<metrics::Gauge, kLanes> lane_gauges(metrics::Registry& registry, const std::string& name,
                                               const std::string& help) {
  return {registry.gauge(name, help, {{"lane", "quick"}}),
          registry.gauge(name, help, {{"lane", "queries"}})};
}

}  // namespace

ServerMetrics::ServerMetrics(metrics::Registry& registry)
    : registry_(registry),
      connections_(registry.gauge("lapwing_http_connections", "Open connections of the server.")),
      event_streams_(registry.gauge("lapwing_http_event_streams", "Open event streams.")),
      buffered_(registry.gauge("lapwing_http_buffered_bytes",
                               "Requests and answers that the server holds in memory.")),
      waiting_(lane_gauges(registry, "lapwing_http_waiting_requests",
                           "Complete requests that wait for a thread; past the limit 503.")),
      running_(lane_gauges(registry, "lapwing_http_running_requests",
                           "Requests that a handler is at work on.")),
      duration_(registry.histogram("lapwing_http_request_duration_seconds",
                                   "Time from the complete request to its answer.",
                                   {0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10})) {}

void ServerMetrics::answered(std::string_view route, int status, double seconds) {
  duration_.observe(seconds);
  const std::lock_guard lock(mutex_);
  std::pair<std::string, int> key(route.empty() ? "none" : route, status);
  auto found = answers_.find(key);
  if (found == answers_.end()) {
    auto counter = registry_.counter("lapwing_http_requests_total", "Answered requests.",
                                     {{"code", std::to_string(status)}, {"handler", key.first}});
    found = answers_.emplace(std::move(key), counter).first;
  }
  found->second.add();
}

void ServerMetrics::rejected(std::string_view reason) {
  registry_
      .counter("lapwing_http_rejected_total",
               "Requests and connections that a limit refused or cut off.",
               {{"reason", std::string(reason)}})
      .add();
}

}  // namespace lapwing::http
