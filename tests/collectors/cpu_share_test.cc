#include "collectors/cpu_share.h"

#include <catch2/catch.hpp>

using lapwing::collectors::CpuShare;
using namespace std::chrono_literals;

TEST_CASE("cpu share: a look is due when the one before has been paid for") {
  CpuShare share(100);
  CHECK(share.due(0ns));
  const int found = share.take(50ns, [] {
    // Until the thread's clock has moved, whatever its steps.
    volatile int spent = 0;
    for (int i = 0; i < 1'000'000; ++i) spent = spent + 1;
    return spent + 0;
  });
  CHECK(found == 1'000'000);
  REQUIRE(share.cost() > 0ns);
  CHECK_FALSE(share.due(50ns));
  CHECK_FALSE(share.due(50ns + share.cost() * 99));
  CHECK(share.due(50ns + share.cost() * 100));
}

TEST_CASE("cpu share: a look that fails costs what it took too") {
  CpuShare share(10);
  CHECK_THROWS(share.take(0ns, []() -> int {
    volatile int spent = 0;
    for (int i = 0; i < 1'000'000; ++i) spent = spent + 1;
    throw 1;
  }));
  CHECK_FALSE(share.due(0ns));
}
