#include "collectors/latency/packet_ring.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::latency;

// What it captures is proved with real traffic: tests/end_to_end/latency_test.py.
TEST_CASE("packet ring: opens, or says which capability it wants") {
  auto ring = PacketRing::open(4 * PacketRing::kSmallestBlock);
  if (!ring) {
    CHECK(ring.error().kind == ErrorKind::Unavailable);
    CHECK(ring.error().message.find("CAP_NET_RAW") != std::string::npos);
    return;
  }
  // Nothing comes before a filter is set.
  CHECK_FALSE(ring->drain_block([](const CapturedPacket&) { FAIL("a packet without a filter"); }));
  CHECK(ring->set_filter({{BPF_RET | BPF_K, 0, 0, 0}}).ok());
  CHECK_FALSE(ring->set_filter({{BPF_LD | BPF_MEM, 0, 0, 99}}).ok());
  CHECK(ring->take_counts().dropped == 0);
}

TEST_CASE("packet ring: an interface that is not there is Unavailable") {
  const auto ring = PacketRing::open(2 * PacketRing::kSmallestBlock, {.interface = 1 << 30});
  REQUIRE_FALSE(ring.ok());
  CHECK(ring.error().kind == ErrorKind::Unavailable);
}

TEST_CASE("packet ring: larger rings have larger blocks, at least sixteen of them") {
  constexpr std::size_t kMiB = 1u << 20;
  CHECK(PacketRing::block_bytes(0) == PacketRing::kSmallestBlock);
  CHECK(PacketRing::block_bytes(2 * kMiB) == PacketRing::kSmallestBlock);
  CHECK(PacketRing::block_bytes(6 * kMiB) == PacketRing::kSmallestBlock);
  CHECK(PacketRing::block_bytes(8 * kMiB) == 2 * PacketRing::kSmallestBlock);
  CHECK(PacketRing::block_bytes(15 * kMiB) == 2 * PacketRing::kSmallestBlock);
  CHECK(PacketRing::block_bytes(16 * kMiB) == PacketRing::kLargestBlock);
  CHECK(PacketRing::block_bytes(256 * kMiB) == PacketRing::kLargestBlock);
  auto ring = PacketRing::open(8 * kMiB);
  if (ring) CHECK(ring->bytes() == 8 * kMiB);
  if (ring) CHECK(ring->blocks() == 16);
}
