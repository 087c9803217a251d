#include "collectors/latency/options.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

namespace lapwing::collectors::latency {
namespace {

constexpr std::int64_t kLeastRing = 512 << 10;
constexpr std::int64_t kMostRing = 256 << 20;
constexpr std::int64_t kMostConnections = 1 << 20;

void read_ports(config::Mapping& latency, std::vector<std::uint16_t>& ports) {
  for (const std::string& text : latency.strings("ports")) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port == 0)
      latency.error("ports", "\"" + text + "\" is not a port (1 to 65535)");
    else
      ports.push_back(port);
  }
}

void read_protocols(config::Mapping& latency, std::vector<Protocol>& protocols) {
  if (!latency.has("protocols")) return;
  const std::vector<Protocol> known = std::move(protocols);
  protocols.clear();
  for (const std::string& text : latency.strings("protocols")) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](Protocol protocol) { return name(protocol) == text; });
    if (found != known.end())
      protocols.push_back(*found);
    else
      latency.error("protocols",
                    "\"" + text + "\" is none of http, redis, postgresql, mysql, memcached");
  }
}

}  // namespace

LatencyOptions read_latency_options(config::Mapping& root) {
  LatencyOptions options;
  root.section("latency", [&](config::Mapping& latency) {
    options.enabled = latency.flag("enabled", options.enabled);
    options.cpu_budget = latency.number("cpu_budget", options.cpu_budget);
    if (options.cpu_budget <= 0) {
      latency.error("cpu_budget", "must be above 0: 0.02 is 2 % of a CPU");
      options.cpu_budget = LatencyOptions().cpu_budget;
    }
    read_ports(latency, options.ports);
    read_protocols(latency, options.protocols);
    options.ring_bytes = latency.size_bytes("ring_size", options.ring_bytes);
    if (options.ring_bytes < kLeastRing || options.ring_bytes > kMostRing)
      latency.error("ring_size", "must be between 512KB and 256MB");
    options.connection_limit = std::size_t(latency.integer(
        "connection_limit", std::int64_t(options.connection_limit), 64, kMostConnections));
  });
  return options;
}

}  // namespace lapwing::collectors::latency
