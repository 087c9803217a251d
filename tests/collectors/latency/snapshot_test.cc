#include "collectors/latency/snapshot.h"

#include <catch2/catch.hpp>

#include "tests/collectors/latency/packets.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::address;
using lapwing::testing::Conversation;

TEST_CASE("snapshot: services with turns, their newest quantiles and what was asked of them") {
  Tracker tracker({}, 1, {Protocol::Redis});
  const IpAddress any = address(0, 0, 0, 0);
  tracker.apply({.listeners = {{{any, 80}, "idle"}, {{any, 6379}, "redis"}}}, 0);
  CHECK(make_snapshot(tracker, 1).endpoints.empty());
  Conversation talk(tracker);
  talk.handshake();
  talk.client(0, "PING\r\n");
  talk.server(1000, "+PONG\r\n");
  const Snapshot snapshot = make_snapshot(tracker, 1);
  CHECK(snapshot.capturing);
  REQUIRE(snapshot.endpoints.size() == 1);
  const EndpointSnapshot& redis = snapshot.endpoints[0];
  CHECK(redis.service == "redis");
  CHECK(redis.port == "6379");
  CHECK(redis.remote.empty());
  CHECK(redis.histogram.count() == 1);
  REQUIRE(redis.quantiles);
  CHECK((*redis.quantiles)[0] == Approx(0.001).epsilon(0.035));
  REQUIRE(redis.operations.size() == 1);
  CHECK(redis.operations[0].method == "PING");
  CHECK_FALSE(make_snapshot(tracker, 60).endpoints[0].quantiles);
}
