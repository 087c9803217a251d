#include "collectors/latency/options.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::latency;

namespace {
LatencyOptions read(const std::string& yaml, config::Diagnostics& diagnostics) {
  const auto value = config::parse_yaml("test.yml", yaml);
  REQUIRE(value.ok());
  config::Mapping root(*value, "", diagnostics);
  LatencyOptions options = read_latency_options(root);
  root.finish();
  return options;
}
}  // namespace

TEST_CASE("latency options: on by default, two hundredths of a CPU, every protocol") {
  config::Diagnostics diagnostics;
  const LatencyOptions options = read("", diagnostics);
  CHECK(diagnostics.ok());
  CHECK(options.enabled);
  CHECK(options.cpu_budget == 0.02);
  CHECK(options.ports.empty());
  CHECK(options.protocols.size() == 5);
}

TEST_CASE("latency options: each may be set") {
  config::Diagnostics diagnostics;
  const LatencyOptions options = read(
      "latency: {enabled: false, cpu_budget: 0.5, ports: [80, 6379], protocols: [redis, http],"
      " ring_size: 1MB, connection_limit: 100}",
      diagnostics);
  CHECK(diagnostics.ok());
  CHECK_FALSE(options.enabled);
  CHECK(options.cpu_budget == 0.5);
  CHECK(options.ports == std::vector<std::uint16_t>{80, 6379});
  CHECK(options.protocols == std::vector{Protocol::Redis, Protocol::Http1});
  CHECK(options.ring_bytes == 1u << 20);
  CHECK(options.connection_limit == 100);
}

TEST_CASE("latency options: no protocols means turns only") {
  config::Diagnostics diagnostics;
  CHECK(read("latency: {protocols: []}", diagnostics).protocols.empty());
  CHECK(diagnostics.ok());
}

TEST_CASE("latency options: errors name the value") {
  for (const auto& [yaml, word] : std::vector<std::pair<std::string, std::string>>{
           {"latency: {ports: [http]}", "http"},
           {"latency: {ports: [0]}", "0"},
           {"latency: {ports: [65536]}", "65536"},
           {"latency: {protocols: [smtp]}", "smtp"},
           {"latency: {cpu_budget: 0}", "cpu_budget"},
           {"latency: {ring_size: 1KB}", "ring_size"},
           {"latency: {connection_limit: 1}", "connection_limit"},
           {"latency: {prots: [80]}", "prots"}}) {
    INFO(yaml);
    config::Diagnostics diagnostics;
    read(yaml, diagnostics);
    REQUIRE(diagnostics.errors().size() == 1);
    CHECK(diagnostics.result().error().message.find(word) != std::string::npos);
  }
}
