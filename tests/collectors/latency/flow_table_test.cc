#include "collectors/latency/flow_table.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "tests/collectors/latency/packets.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::address;

TEST_CASE("flow table: behaves as a map does, whatever comes and goes") {
  FlowTable table(64);
  std::map<FlowKey, std::uint32_t> truth;
  std::mt19937 random(11);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    // Few different keys, many of them in the same bucket.
    const FlowKey key = FlowKey(1 + random() % 8) << 32 | random() % 16 | 1;
    Flow* flow = table.find(key);
    REQUIRE((flow != nullptr) == (truth.count(key) != 0));
    if (flow != nullptr) {
      REQUIRE(flow->request_time == std::int64_t(truth[key]));
      if (random() % 2 == 0) {
        table.remove(*flow);
        truth.erase(key);
      }
    } else if (Flow* made = table.insert(key, 0)) {
      made->request_time = i;
      truth[key] = i;
    } else {
      REQUIRE(truth.size() == table.capacity());
    }
    REQUIRE(table.size() == truth.size());
  }
}

TEST_CASE("flow table: full is full, and idle flows make room") {
  FlowTable table(4);
  for (FlowKey key = 1; key <= 4; ++key) REQUIRE(table.insert(key, std::uint32_t(key)) != nullptr);
  CHECK(table.insert(5, 5) == nullptr);
  int left = 0;
  const auto leave = [&](Flow&) { ++left; };
  table.age(4, 10, leave);
  CHECK(left == 0);
  // At 12 the first two have been idle for ten seconds; after the first, places are not short.
  table.age(4, 12, leave);
  CHECK(left == 1);
  CHECK(table.insert(5, 12) != nullptr);
  table.remove(*table.find(5));
  table.age(8, 12 + FlowTable::kLongIdle, leave);
  CHECK(table.size() == 0);
}

TEST_CASE("flow table: both directions have one key, other connections others") {
  Segment there;
  there.source = address(10, 0, 0, 1);
  there.destination = address(10, 0, 0, 2);
  there.source_port = 40'000;
  there.destination_port = 80;
  Segment back = there;
  std::swap(back.source, back.destination);
  std::swap(back.source_port, back.destination_port);
  CHECK(flow_key(there, 1) == flow_key(back, 1));
  CHECK(source_is_lower(there) != source_is_lower(back));
  CHECK(flow_key(there, 1) != flow_key(there, 2));
  Segment other = there;
  other.source_port = 40'001;
  CHECK(flow_key(there, 1) != flow_key(other, 1));
  // The same ports, the addresses changed over: another connection.
  other = there;
  std::swap(other.source, other.destination);
  CHECK(flow_key(there, 1) != flow_key(other, 1));
  // Equal ports are told apart by their addresses.
  other.source_port = other.destination_port = 80;
  Segment other_back = other;
  std::swap(other_back.source, other_back.destination);
  CHECK(flow_key(other, 1) == flow_key(other_back, 1));
  CHECK(source_is_lower(other) != source_is_lower(other_back));
}
