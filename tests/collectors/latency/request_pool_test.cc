#include "collectors/latency/request_pool.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::latency;

TEST_CASE("request pool: chains keep their order while places are shared and used again") {
  RequestPool pool(5);
  ProtocolState one;
  ProtocolState two;
  for (int round = 0; round < 3; ++round) {
    for (std::uint16_t i = 0; i < 3; ++i) REQUIRE(pool.push(one, {.time = 10 + i, .operation = i}));
    REQUIRE(pool.push(two, {.time = 20}));
    REQUIRE(pool.push(two, {.time = 21}));
    CHECK_FALSE(pool.push(two, {.time = 22}));
    CHECK(pool.size() == 5);
    for (std::uint16_t i = 0; i < 3; ++i) {
      CHECK(pool.oldest(one).time == 10 + i);
      CHECK(pool.oldest(one).operation == i);
      pool.pop(one);
    }
    CHECK(one.unanswered == 0);
    CHECK(pool.oldest(two).time == 20);
    pool.pop(two);
    pool.pop(two);
    CHECK(pool.size() == 0);
  }
}
