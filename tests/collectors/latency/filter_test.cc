#include "collectors/latency/filter.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <random>

#include "agent/base/file.h"
#include "collectors/latency/connection_hash.h"
#include "tests/collectors/latency/filter_program.h"
#include "tests/collectors/latency/packets.h"

using namespace lapwing::collectors::latency;
using namespace lapwing::testing;

namespace {

FilterPlan plan_of(std::vector<std::uint16_t> ports) {
  return {.ports = std::move(ports),
          .loopback_index = 1,
          .snap_to_port = 2000,
          .snap_from_port = 1000,
          .sampling_threshold = kSamplingRange};
}

std::uint32_t run(const FilterPlan& plan, const PacketBytes& packet) {
  return run_filter(make_filter(plan), {.packet = packet});
}

/// Whether the kernel takes the program: the verifier is the same for every kind of socket.
bool kernel_takes(std::vector<sock_filter> program) {
  const lapwing::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sock_fprog described{static_cast<unsigned short>(program.size()), program.data()};
  return ::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &described, sizeof described) ==
         0;
}

std::vector<std::uint16_t> scattered_ports(std::size_t count) {
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) ports.push_back(std::uint16_t(7 + i * 65'000 / count));
  return ports;
}

}  // namespace

TEST_CASE("filter: payload to and from a port passes, cut to its side's length") {
  const auto plan = plan_of({6379});
  CHECK(run(plan, ipv4(tcp({.payload = "x"}))) == 2000);
  CHECK(run(plan, ipv4(tcp({.source_port = 6379, .destination_port = 40'000, .payload = "x"}))) ==
        1000);
  CHECK(run(plan, ipv6(tcp({.payload = "x"}))) == 2000);
  CHECK(run(plan, ipv4(tcp({.destination_port = 6380, .payload = "x"}))) == 0);
}

TEST_CASE("filter: without payload only what begins and ends connections passes") {
  const auto plan = plan_of({6379});
  CHECK(run(plan, ipv4(tcp({}))) == 0);
  CHECK(run(plan, ipv4(tcp({.flags = kSyn}))) == 0);
  CHECK(run(plan, ipv4(tcp({.flags = kSyn | kAck}))) == 2000);
  CHECK(run(plan, ipv4(tcp({.flags = kFin | kAck}))) == 2000);
  CHECK(run(plan, ipv4(tcp({.flags = kRst}))) == 2000);
  // Padding of a short frame behind the packet.
  auto padded = ipv4(tcp({.option_words = 0}));
  padded.resize(46);
  CHECK(run(plan, padded) == 0);
}

TEST_CASE("filter: on loopback what goes out is left, on other interfaces it is kept") {
  const auto program = make_filter(plan_of({6379}));
  const auto packet = ipv4(tcp({.payload = "x"}));
  CHECK(run_filter(program, {packet, PACKET_OUTGOING, 1}) == 0);
  CHECK(run_filter(program, {packet, PACKET_HOST, 1}) == 2000);
  CHECK(run_filter(program, {packet, PACKET_OUTGOING, 2}) == 2000);
}

TEST_CASE("filter: options, extension headers, fragments and lengths of zero") {
  const auto plan = plan_of({6379});
  const auto content = tcp({.payload = "x"});
  CHECK(run(plan, ipv4(content, 6, 10)) == 2000);
  CHECK(run(plan, ipv4(content, 17)) == 0);
  CHECK(run(plan, ipv4(content, 6, 0, 0x2000)) == 2000);
  CHECK(run(plan, ipv4(content, 6, 0, 0x0005)) == 0);
  const PacketBytes options{60, 0, 0, 0, 0, 0, 0, 0, 6, 1, 0, 0,
                            0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  CHECK(run(plan, ipv6(joined(options, content), 0)) == 2000);
  CHECK(run(plan, ipv6(joined({6, 0, 0, 1, 0, 0, 0, 1}, content), 44)) == 2000);
  CHECK(run(plan, ipv6(joined({6, 0, 1, 0, 0, 0, 0, 1}, content), 44)) == 0);
  CHECK(run(plan, ipv6(content, 58)) == 0);
  auto large = ipv4(content);
  large[2] = large[3] = 0;
  CHECK(run(plan, large) == 2000);
  CHECK(run(plan, PacketBytes(10, 0x45)) == 0);
  CHECK(run(plan, {}) == 0);
}

TEST_CASE("filter: no ports, no packets") {
  CHECK(run(plan_of({}), ipv4(tcp({.payload = "x"}))) == 0);
}

TEST_CASE("filter: finds exactly its ports, however many") {
  for (const std::size_t count : {1, 2, 15, 16, 17, 33, 100, 200}) {
    auto plan = plan_of(scattered_ports(count));
    plan.ports.push_back(plan.ports[0] + 1);  // a range
    const auto program = make_filter(plan);
    for (unsigned port = 1; port < 65'536; port += 13) {
      const bool known = std::find(plan.ports.begin(), plan.ports.end(), port) != plan.ports.end();
      const auto packet = ipv4(tcp({.source_port = 2, .destination_port = port, .payload = "x"}));
      if ((run_filter(program, {.packet = packet}) != 0) != known)
        FAIL(count << " ports: " << port);
    }
    for (const unsigned port : plan.ports) {
      const auto packet = ipv4(tcp({.source_port = port, .destination_port = 2, .payload = "x"}));
      if (run_filter(program, {.packet = packet}) != 1000) FAIL(count << " ports: " << port);
    }
  }
}

TEST_CASE("filter: too many ports become ranges that still hold them all") {
  const auto ports = scattered_ports(5000);
  const auto ranges = port_ranges(ports, kPortRangeLimit);
  CHECK(ranges.size() == kPortRangeLimit);
  for (const std::uint16_t port : ports)
    if (std::none_of(ranges.begin(), ranges.end(),
                     [&](const PortRange& r) { return r.first <= port && port <= r.last; }))
      FAIL("lost " << port);
  CHECK(port_ranges({5, 4, 4, 9}, 10) == std::vector<PortRange>{{4, 5}, {9, 9}});
  // The nearest are joined.
  CHECK(port_ranges({10, 20, 1000, 1001, 5000}, 3) ==
        std::vector<PortRange>{{10, 20}, {1000, 1001}, {5000, 5000}});
}

TEST_CASE("filter: the kernel takes the largest program") {
  auto plan = plan_of(scattered_ports(5000));
  plan.sampling_threshold = 100;
  const auto program = make_filter(plan);
  CHECK(program.size() <= BPF_MAXINSNS / 4);
  CHECK(kernel_takes(program));
  CHECK(kernel_takes(make_filter(plan_of({6379}))));
  CHECK(kernel_takes(make_filter(plan_of({}))));
  CHECK_FALSE(kernel_takes({{BPF_LD | BPF_MEM, 0, 0, 3}, {BPF_RET | BPF_A, 0, 0, 0}}));
}

TEST_CASE("filter: samples by the same hash as the reader, both directions alike") {
  std::mt19937 random(7);
  auto plan = plan_of({6379});
  plan.sampling_threshold = kSamplingRange / 4;
  const auto program = make_filter(plan);
  int kept = 0;
  for (int i = 0; i < 4000; ++i) {
    const unsigned port = 1024 + random() % 60'000;
    for (const bool six : {false, true}) {
      const auto to = tcp({.source_port = port, .payload = "x"});
      const auto from = tcp({.source_port = 6379, .destination_port = port, .payload = "x"});
      auto there = six ? ipv6(to) : ipv4(to);
      auto back = six ? ipv6(from) : ipv4(from);
      // The addresses change places.
      const std::size_t at = six ? 8 : 12;
      const std::size_t size = six ? 16 : 4;
      std::swap_ranges(back.begin() + std::ptrdiff_t(at), back.begin() + std::ptrdiff_t(at + size),
                       back.begin() + std::ptrdiff_t(at + size));
      Segment segment;
      REQUIRE(parse_packet(there, there.size(), LinkLayer::Network, segment) ==
              PacketKind::Segment);
      const bool wanted = connection_hash(segment) < plan.sampling_threshold;
      REQUIRE((run_filter(program, {.packet = there}) != 0) == wanted);
      REQUIRE((run_filter(program, {.packet = back}) != 0) == wanted);
      kept += int(wanted);
    }
  }
  CHECK(kept == Approx(2000).margin(150));
}
