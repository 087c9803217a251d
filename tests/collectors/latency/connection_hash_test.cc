#include "collectors/latency/connection_hash.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::latency;

TEST_CASE("connection hash: alike for both directions and evenly spread over near ports") {
  constexpr std::uint32_t kHere = 0x7f000001;
  std::array<int, 16> parts{};
  for (std::uint16_t port = 32'768; port < 32'768 + 4096; ++port) {
    const std::uint32_t hash = connection_hash(kHere, kHere, port, 6379);
    CHECK(hash == connection_hash(kHere, kHere, 6379, port));
    REQUIRE(hash < kSamplingRange);
    ++parts[hash * parts.size() / kSamplingRange];
  }
  for (const int count : parts) CHECK(count == Approx(256).margin(60));
}
