// Captures of odd traffic, replayed: tests/fixtures/latency/make.py says what is in them.
#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "tests/collectors/latency/packets.h"

using namespace lapwing;
using namespace lapwing::collectors::latency;

namespace {

std::uint32_t little(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value |= std::uint32_t(std::uint8_t(bytes[at + i])) << (8 * i);
  return value;
}

constexpr std::array<std::uint8_t, 16> kSixth = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
                                                 0,    0,    0,    0,    0, 0, 0, 2};

struct Replayed {
  std::uint64_t turns = 0;
  std::int64_t microseconds = 0;  // of all turns
  std::uint64_t repeated = 0;
  std::uint64_t gaps = 0;
  std::uint64_t unreadable = 0;
  std::size_t connections = 0;
};

Replayed replay(const std::string& name, std::vector<Protocol> protocols = {}) {
  const auto file =
      read_file(std::string(LAPWING_SOURCE_DIR) + "/tests/fixtures/latency/" + name + ".pcap");
  REQUIRE(file.ok());
  Tracker tracker({}, 1, std::move(protocols));
  tracker.apply({.listeners = {{{testing::address(0, 0, 0, 0), 6379}, "redis"}},
                 .local = {testing::address(10, 0, 0, 2), IpAddress::v6(kSixth)},
                 .remotes = {}},
                0);
  Replayed result;
  for (std::size_t at = 24; at < file->size();) {
    const std::uint32_t captured = little(*file, at + 8);
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(file->data()) + at + 16, captured);
    Segment segment;
    if (parse_packet(bytes, little(*file, at + 12), LinkLayer::Ethernet, segment) ==
        PacketKind::Segment)
      tracker.take(segment, std::int64_t(little(*file, at)) * 1'000'000'000 + little(*file, at + 4),
                   1);
    else
      ++result.unreadable;
    at += 16 + captured;
  }
  for (const auto& endpoint : tracker.endpoints().all()) {
    result.turns += endpoint->histogram.count();
    result.microseconds += std::int64_t(endpoint->histogram.sum_nanoseconds / 1000);
  }
  result.repeated = tracker.counts().repeated;
  result.gaps = tracker.counts().unclear[std::size_t(Unclear::Gap)];
  result.connections = tracker.connections();
  return result;
}

}  // namespace

TEST_CASE("recorded: retransmissions change nothing") {
  const Replayed seen = replay("retransmission");
  CHECK(seen.turns == 2);
  CHECK(seen.microseconds == 300 + 200);
  CHECK(seen.repeated == 3);
}

TEST_CASE("recorded: a request out of order ends with its last part to come") {
  const Replayed seen = replay("reordering");
  CHECK(seen.turns == 2);
  CHECK(seen.microseconds == 200 + 100);
  CHECK(seen.gaps == 2);
  CHECK(seen.repeated == 0);
}

TEST_CASE("recorded: overlapping segments count for what is new in them") {
  const Replayed seen = replay("overlap");
  CHECK(seen.turns == 2);
  CHECK(seen.microseconds == 100 + 300);
}

TEST_CASE("recorded: captures without payload have their turns") {
  const Replayed seen = replay("truncated");
  CHECK(seen.turns == 1);
  CHECK(seen.microseconds == 300);
  const Replayed cut = replay("cut_headers");
  CHECK(cut.turns == 0);
  CHECK(cut.unreadable == 4);
}

TEST_CASE("recorded: jumbo frames and segments not cut yet are read by their beginnings") {
  for (const auto& protocols : {std::vector<Protocol>{}, {Protocol::Redis}}) {
    const Replayed seen = replay("jumbo", protocols);
    CHECK(seen.turns == 2);
    CHECK(seen.microseconds == 200 + 500);
    CHECK(seen.unreadable == 0);
  }
}

TEST_CASE("recorded: what passes two interfaces counts once, at its first") {
  const Replayed seen = replay("seen_twice");
  CHECK(seen.turns == 1);
  CHECK(seen.microseconds == 150);
  CHECK(seen.repeated == 2);
}

TEST_CASE("recorded: IPv6 with extension headers, to its end") {
  const Replayed seen = replay("ipv6");
  CHECK(seen.turns == 1);
  CHECK(seen.microseconds == 60);
  CHECK(seen.connections == 0);
}
