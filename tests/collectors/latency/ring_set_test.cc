#include "collectors/latency/ring_set.h"

#include <net/if.h>

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::latency;

namespace {

constexpr std::size_t kRoom = 64u << 20;
const Interface kLoopback{.index = 1, .loopback = true};

}  // namespace

TEST_CASE("ring places: loopback and each of few other interfaces have one of their own") {
  const std::vector<RingPlace> expected = {
      {.interface = 1, .incoming_only = true}, {.interface = 2}, {.interface = 7}};
  CHECK(ring_places({{.index = 7}, kLoopback, {.index = 2}, {.index = 7}}, kRoom) == expected);
}

TEST_CASE("ring places: many interfaces, none, or little room share one for everything") {
  const std::vector<RingPlace> everywhere = {RingPlace{}};
  CHECK(ring_places({}, kRoom) == everywhere);
  CHECK(ring_places({kLoopback, {.index = 2}}, 1u << 20) == everywhere);
  std::vector<Interface> interfaces = {kLoopback};
  for (int i = 0; i < int(kInterfaceLimit); ++i) interfaces.push_back({.index = 2 + i});
  CHECK(ring_places(interfaces, kRoom).size() == kInterfaceLimit + 1);
  interfaces.push_back({.index = 100});
  CHECK(ring_places(interfaces, kRoom) == everywhere);
}

TEST_CASE("ring places: where packets pass two interfaces there is one order for all") {
  CHECK(ring_places({kLoopback, {.index = 2}, {.index = 3, .stacked = true}}, kRoom) ==
        std::vector<RingPlace>{RingPlace{}});
}

TEST_CASE("ring set: follows interfaces that come and go, and says which it cannot have") {
  const RingPlace loopback{.interface = int(::if_nametoindex("lo")), .incoming_only = true};
  auto set = RingSet::open(kRoom, {loopback});
  if (!set) {
    CHECK(set.error().message.find("CAP_NET_RAW") != std::string::npos);
    return;
  }
  CHECK(set->bytes() == RingSet::first_bytes(loopback));
  CHECK(set->set_filter({{BPF_RET | BPF_K, 0, 0, 0}}).ok());
  CHECK_FALSE(set->set_filter({{BPF_LD | BPF_MEM, 0, 0, 99}}).ok());
  CHECK(set->set_filter({{BPF_RET | BPF_K, 0, 0, 0}}).ok());
  CHECK(set->follow({RingPlace{}}).ok());
  CHECK(set->bytes() == RingSet::first_bytes({}));
  CHECK_FALSE(set->follow({RingPlace{}, {.interface = 1 << 30}}).ok());
  CHECK(set->bytes() == RingSet::first_bytes({}));
  set->wait(std::chrono::milliseconds(0));
  set->drain([](const CapturedPacket&) { FAIL("a packet that no filter lets through"); });
  CHECK(set->take_counts().dropped == 0);
  CHECK(set->grow([](const CapturedPacket&) {}).ok());
  CHECK(set->bytes() == RingSet::first_bytes({}));
}
