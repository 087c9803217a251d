#include "collectors/latency/capture_metrics.h"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace lapwing;
using namespace lapwing::collectors::latency;

namespace {

std::map<std::string, double> values(const metrics::Registry& registry) {
  std::map<std::string, double> found;
  for (const auto& family : registry.gather())
    for (const auto& sample : family.samples)
      found[sample.name + (sample.labels.empty() ? "" : " " + sample.labels[0].second)] =
          sample.value;
  return found;
}

}  // namespace

TEST_CASE("capture metrics: what the tracker counted is told once") {
  metrics::Registry registry;
  CaptureMetrics metrics(registry);
  TrackerCounts counts;
  counts.unclear[std::size_t(Unclear::Tls)] = 3;
  counts.repeated = 5;
  metrics.show(counts);
  metrics.show(counts);
  counts.repeated = 6;
  metrics.show(counts);
  auto now = values(registry);
  CHECK(now.at("lapwing_latency_unclear_total tls") == 3);
  CHECK(now.at("lapwing_latency_unclear_total gap") == 0);
  CHECK(now.at("lapwing_latency_repeated_segments_total") == 6);
  metrics.restart();
  metrics.show({.repeated = 2});
  CHECK(values(registry).at("lapwing_latency_repeated_segments_total") == 8);
}

TEST_CASE("capture metrics: packets, drops and CPU time add up; states are the newest") {
  metrics::Registry registry;
  const CaptureMetrics metrics(registry);
  metrics.add({.packets = 10, .dropped = 2}, 0.5, 1);
  metrics.add({.packets = 5, .dropped = 0}, 0.25, 0);
  metrics.show_state({.connections = 7, .ports = 3, .ring_bytes = 1, .sampling_ratio = 1});
  metrics.show_state({.connections = 8, .ports = 4, .ring_bytes = 2, .sampling_ratio = 0.5});
  const auto now = values(registry);
  CHECK(now.at("lapwing_latency_packets_total") == 15);
  CHECK(now.at("lapwing_latency_dropped_packets_total") == 2);
  CHECK(now.at("lapwing_latency_unreadable_packets_total") == 1);
  CHECK(now.at("lapwing_latency_cpu_seconds_total") == 0.75);
  CHECK(now.at("lapwing_latency_connections") == 8);
  CHECK(now.at("lapwing_latency_ports") == 4);
  CHECK(now.at("lapwing_latency_ring_bytes") == 2);
  CHECK(now.at("lapwing_latency_sampling_ratio") == 0.5);
}
