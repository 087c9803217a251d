#include "collectors/latency/capture.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include <vector>

#include "agent/base/file.h"

#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::collectors::latency;

// What it measures is proved with real traffic: tests/end_to_end/latency_test.py.
TEST_CASE("capture: switched off it rests, and says so") {
  const testing::FakeClock clock{from_millis(0)};
  std::vector<std::string> lines;
  Log log(LogLevel::Info, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  metrics::Registry registry;
  Capture capture({.enabled = false}, {clock, log, registry, [](auto) { return ""; }});
  CHECK_FALSE(capture.snapshot()->capturing);
  CHECK(capture.step(from_millis(0)) == kNever);
  CHECK(capture.snapshot()->reason == "switched off");
  CHECK(lines.empty());
}

TEST_CASE("capture: captures, or rests and says once what it wants; applies options") {
  const testing::FakeClock clock{from_millis(1000)};
  std::vector<std::string> lines;
  Log log(LogLevel::Warn, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  metrics::Registry registry;
  Capture capture({.ring_bytes = 512 << 10}, {clock, log, registry, [](auto) { return ""; }});
  const Timestamp due = capture.step(from_millis(1000));
  if (due == kNever) {
    CHECK(capture.step(from_millis(2000)) == kNever);
    CHECK(lines.size() == 1);
    CHECK(capture.snapshot()->reason.find("CAP_NET_RAW") != std::string::npos);
    return;
  }
  CHECK(due == from_millis(1000));
  CHECK(capture.snapshot()->capturing);
  capture.apply({.enabled = false});
  CHECK(capture.step(from_millis(1000)) == kNever);
  CHECK_FALSE(capture.snapshot()->capturing);
}

namespace {

double value_of(const metrics::Registry& registry, std::string_view name) {
  for (const auto& family : registry.gather())
    if (family.name == name) return family.samples.front().value;
  return -1;
}

/// A connection of this process to itself.
struct Line {
  static constexpr std::size_t kPiece = 16 * 1024;
  Line() {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    const auto address = reinterpret_cast<sockaddr*>(&where);
    REQUIRE(::bind(listener.get(), address, size) == 0);
    REQUIRE(::listen(listener.get(), 1) == 0);
    REQUIRE(::getsockname(listener.get(), address, &size) == 0);
    port = ntohs(where.sin_port);
    REQUIRE(::connect(client.get(), address, size) == 0);
    server = UniqueFd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  void send(std::size_t bytes) const {
    std::vector<char> piece(kPiece, 'x');
    for (std::size_t sent = 0; sent < bytes; sent += piece.size()) {
      REQUIRE(::send(client.get(), piece.data(), piece.size(), 0) == ssize_t(piece.size()));
      REQUIRE(::recv(server.get(), piece.data(), piece.size(), MSG_WAITALL) ==
              ssize_t(piece.size()));
    }
  }
  UniqueFd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  UniqueFd client{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  UniqueFd server;
  std::uint16_t port = 0;
};

}  // namespace

namespace {

/// A capture whose loopback, or else whose ring for everything, may become four times as large.
struct GrowingBed {
  static std::size_t first_bytes() {
    std::size_t total = 0;
    for (const RingPlace& place : ring_places(*read_interfaces(), 64u << 20))
      total += RingSet::first_bytes(place);
    return total;
  }
  static std::size_t own_first_bytes() {
    const bool everything = ring_places(*read_interfaces(), 64u << 20).front().interface == 0;
    return RingSet::first_bytes(everything ? RingPlace{}
                                           : RingPlace{.interface = 1, .incoming_only = true});
  }
  /// False: no CAP_NET_RAW here.
  bool next_second() {
    clock.advance(std::chrono::seconds(1));
    return capture.step(clock.now()) != kNever;
  }
  double ring_bytes() const { return value_of(registry, "lapwing_latency_ring_bytes"); }
  void check_nothing_was_lost() const {
    CHECK(value_of(registry, "lapwing_latency_dropped_packets_total") == 0);
    // What had been lost would be a gap in the connection's numbers.
    for (const auto& family : registry.gather())
      for (const auto& sample : family.samples)
        if (!sample.labels.empty() && sample.labels[0].second == "gap") CHECK(sample.value == 0);
  }

  const std::size_t first = first_bytes();
  const std::size_t ring = own_first_bytes();
  const std::size_t block = PacketRing::block_bytes(ring);
  const std::size_t pieces_of_block = block / (Line::kPiece + 512);
  testing::FakeClock clock{from_millis(1000)};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  Line line;
  // Its own port alone: other tests use loopback too.
  Capture capture{{.ports = {line.port}, .ring_bytes = first + 3 * ring},
                  {clock, log, registry, [](auto) { return "own"; }}};
};

}  // namespace

TEST_CASE("capture: a ring grows when half of it was in use, and nothing is lost by that") {
  GrowingBed bed;
  if (!bed.next_second()) return;
  CHECK(bed.ring_bytes() == double(bed.first));
  // More than half of it, the last of which lie in a block that is not handed over yet.
  bed.line.send(((bed.ring / bed.block / 2 + 1) * bed.pieces_of_block + 8) * Line::kPiece);
  bed.next_second();
  bed.line.send(8 * Line::kPiece);
  bed.next_second();
  bed.next_second();
  CHECK(bed.ring_bytes() == double(bed.first + 3 * bed.ring));
  bed.check_nothing_was_lost();
  // No more than its limit.
  bed.line.send(5 * bed.ring);
  bed.next_second();
  bed.next_second();
  CHECK(bed.ring_bytes() == double(bed.first + 3 * bed.ring));
}

TEST_CASE("capture: a ring grows when its blocks come often, though few are in use at once") {
  GrowingBed bed;
  if (!bed.next_second()) return;
  const auto send_a_block_at_a_time = [&](std::size_t blocks) {
    for (std::size_t i = 0; i < blocks; ++i) {
      bed.line.send((bed.pieces_of_block + 1) * Line::kPiece);
      bed.capture.step(bed.clock.now());
    }
    bed.next_second();
    bed.next_second();
    bed.next_second();
  };
  send_a_block_at_a_time(RingSet::kManyBlocks / 2);
  CHECK(bed.ring_bytes() == double(bed.first));
  send_a_block_at_a_time(RingSet::kManyBlocks + 1);
  CHECK(bed.ring_bytes() == double(bed.first + 3 * bed.ring));
  bed.check_nothing_was_lost();
}
