#include "agent/http/server_metrics.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace lapwing::http;
using lapwing::metrics::Registry;

TEST_CASE("server metrics: answers by route and status, the rest by reason") {
  Registry registry;
  ServerMetrics metrics(registry);
  metrics.answered("/a", 200, 0.002);
  metrics.answered("/a", 200, 0.002);
  metrics.answered("", 404, 0.002);
  metrics.rejected("queue");
  metrics.connections(3);
  const auto value = [&](const char* name, lapwing::metrics::LabelPairs labels) {
    return registry.counter(name, "", std::move(labels)).value();
  };
  CHECK(value("lapwing_http_requests_total", {{"code", "200"}, {"handler", "/a"}}) == 2);
  CHECK(value("lapwing_http_requests_total", {{"code", "404"}, {"handler", "none"}}) == 1);
  CHECK(value("lapwing_http_rejected_total", {{"reason", "queue"}}) == 1);
  CHECK(registry.gauge("lapwing_http_connections", "").value() == 3);
  const auto families = registry.gather();
  const auto duration = std::find_if(families.begin(), families.end(), [](const auto& family) {
    return family.name == "lapwing_http_request_duration_seconds";
  });
  REQUIRE(duration != families.end());
  CHECK(std::any_of(duration->samples.begin(), duration->samples.end(), [](const auto& sample) {
    return sample.name == "lapwing_http_request_duration_seconds_count" && sample.value == 3;
  }));
}
