#include "collectors/latency/endpoints.h"

#include <catch2/catch.hpp>

#include "tests/collectors/latency/packets.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::address;

namespace {

const IpAddress kAny = address(0, 0, 0, 0);
const IpAddress kHere = address(10, 0, 0, 1);
const IpAddress kThere = address(10, 0, 0, 9);

SocketTables tables(std::vector<ListeningService> listeners, std::vector<Address> remotes = {}) {
  std::sort(listeners.begin(), listeners.end(),
            [](const auto& a, const auto& b) { return a.address < b.address; });
  return {.listeners = std::move(listeners), .local = {kHere}, .remotes = std::move(remotes)};
}

Segment between(IpAddress source, std::uint16_t source_port, IpAddress destination,
                std::uint16_t destination_port) {
  Segment segment;
  segment.source = source;
  segment.source_port = source_port;
  segment.destination = destination;
  segment.destination_port = destination_port;
  return segment;
}

std::string name_of(Endpoints& endpoints, const Segment& segment,
                    std::optional<bool> source_is_server = {}) {
  const auto judgement = endpoints.judge(segment, source_is_server);
  if (!judgement) return "none";
  const Endpoint& endpoint = endpoints[judgement->endpoint];
  return endpoint.service + endpoint.remote + (judgement->source_is_server ? " sends" : " gets");
}

}  // namespace

TEST_CASE("endpoints: the end that listens on this host is the service") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 6379}, "redis"}, {{kHere, 80}, "nginx"}}), 0);
  CHECK(name_of(endpoints, between(kThere, 40'000, kHere, 6379)) == "redis gets");
  CHECK(name_of(endpoints, between(kHere, 6379, kThere, 40'000)) == "redis sends");
  CHECK(name_of(endpoints, between(kThere, 40'000, kHere, 80)) == "nginx gets");
  CHECK(name_of(endpoints, between(address(127, 0, 0, 1), 40'000, address(127, 0, 0, 1), 6379)) ==
        "redis gets");
  // 80 listens on one address alone; a port that nobody listens on; a server elsewhere.
  CHECK(name_of(endpoints, between(kThere, 40'000, address(127, 0, 0, 1), 80)) == "none");
  CHECK(name_of(endpoints, between(kThere, 40'000, kHere, 81)) == "none");
  CHECK(name_of(endpoints, between(kHere, 40'000, kThere, 6379)) == "none");
}

TEST_CASE("endpoints: the address that fits best gives the name") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 80}, "front"}, {{kHere, 80}, "inside"}}), 0);
  CHECK(name_of(endpoints, between(kThere, 40'000, kHere, 80)) == "inside gets");
  CHECK(name_of(endpoints, between(kThere, 40'000, address(127, 0, 0, 1), 80)) == "front gets");
}

TEST_CASE("endpoints: where both ends listen the handshake decides, else the lower port") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 8080}, "app"}, {{kAny, 33'000}, "peer"}}), 0);
  const auto segment = between(kHere, 8080, kHere, 33'000);
  CHECK(name_of(endpoints, segment) == "app sends");
  CHECK(name_of(endpoints, segment, true) == "app sends");
  CHECK(name_of(endpoints, segment, false) == "peer gets");
}

TEST_CASE("endpoints: backends elsewhere are known by what this host is connected to") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 6379}, "redis"}}, {{kThere, 5432}}), 0);
  CHECK(name_of(endpoints, between(kHere, 40'000, kThere, 5432)) == "10.0.0.9:5432 gets");
  CHECK(name_of(endpoints, between(kThere, 5432, kHere, 40'000)) == "10.0.0.9:5432 sends");
  // Another host with that port is one too; a connection between two others is not ours.
  CHECK(name_of(endpoints, between(kHere, 40'000, address(10, 0, 0, 8), 5432)) ==
        "10.0.0.8:5432 gets");
  CHECK(name_of(endpoints, between(address(10, 0, 0, 8), 40'000, kThere, 5432)) == "none");
  // Somebody who comes from that port to a service of ours.
  CHECK(name_of(endpoints, between(kThere, 5432, kHere, 6379)) == "redis gets");
}

TEST_CASE("endpoints: more backends than the limit are counted together") {
  Endpoints endpoints;
  endpoints.apply(tables({}, {{kThere, 5432}}), 0);
  for (int i = 0; i < int(Endpoints::kRemoteLimit); ++i)
    CHECK(name_of(endpoints, between(kHere, 40'000, address(10, 1, 0, i), 5432)) != "other gets");
  CHECK(name_of(endpoints, between(kHere, 40'000, address(10, 2, 0, 1), 5432)) == "other gets");
}

TEST_CASE("endpoints: what was measured before a service had a name becomes its own") {
  Endpoints endpoints;
  CHECK(endpoints.apply(tables({{{kAny, 80}, ""}, {{kHere, 80}, ""}}), 0).empty());
  const auto before = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  CHECK(endpoints[before].service == "unknown");
  endpoints[before].add(1, Nanoseconds(1000));
  endpoints.apply(tables({{{kAny, 80}, "nginx"}, {{kHere, 80}, "nginx"}}), 1);
  const auto after = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  CHECK(after == before);
  CHECK(endpoints[after].service == "nginx");
  CHECK(endpoints[after].histogram.count() == 1);
}

TEST_CASE("endpoints: a port that another service takes over is counted anew") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 80}, "nginx"}}), 0);
  const auto before = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  const auto moved = endpoints.apply(tables({{{kAny, 80}, "apache2"}}), 1);
  const auto after = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  CHECK(endpoints[after].service == "apache2");
  REQUIRE(moved.size() == 1);
  CHECK(moved[0] == std::pair(before, after));
  CHECK(endpoints.apply(tables({{{kAny, 80}, "apache2"}}), 2).empty());
}

TEST_CASE("endpoints: what a socket measured follows it when its service gets a better name") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 80}, "bash", 7}}), 0);
  const auto before = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  endpoints[before].add(1, Nanoseconds(1000));
  CHECK(endpoints.apply(tables({{{kAny, 80}, "nginx", 7}}), 1).empty());
  const auto after = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  CHECK(after == before);
  CHECK(endpoints[after].service == "nginx");
  CHECK(endpoints[after].histogram.count() == 1);
}

TEST_CASE("endpoints: a name that another socket of the port keeps is not taken from it") {
  Endpoints endpoints;
  endpoints.apply(tables({{{kAny, 80}, "front", 7}, {{kHere, 80}, "front", 8}}), 0);
  const auto kept = endpoints.judge(between(kThere, 40'000, kHere, 80), {})->endpoint;
  endpoints.apply(tables({{{kAny, 80}, "back", 7}, {{kHere, 80}, "front", 8}}), 1);
  CHECK(endpoints[kept].service == "front");
  CHECK(name_of(endpoints, between(kThere, 40'000, address(127, 0, 0, 1), 80)) == "back gets");
  CHECK(name_of(endpoints, between(kThere, 40'000, kHere, 80)) == "front gets");
}

TEST_CASE("endpoints: ports that come and go leave nothing behind") {
  Endpoints endpoints;
  for (std::int64_t second = 0; second < 5000; second += 100) {
    endpoints.apply(tables({{{kAny, std::uint16_t(1000 + second)}, "job"}}), second);
    endpoints.forget_unused(second);
    CHECK(endpoints.ports({}) == std::vector{std::uint16_t(1000 + second)});
  }
  // Two are for what is past the limits; one is there, three went less than 300 s ago, and one is
  // made before the oldest goes.
  CHECK(endpoints.all().size() <= 7);
}

TEST_CASE("endpoints: ports may be limited to some") {
  Endpoints endpoints;
  endpoints.apply(
      tables({{{kAny, 80}, "a"}, {{kAny, 81}, "b"}, {{kHere, 80}, "a"}}, {{kThere, 5432}}), 0);
  CHECK(endpoints.ports({}) == std::vector<std::uint16_t>{80, 81, 5432});
  CHECK(endpoints.ports({81, 9000}) == std::vector<std::uint16_t>{81});
}
