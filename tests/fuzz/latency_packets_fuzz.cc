// Any packets through the parser and the tracker: each ends, and reads only what was captured.
// The input is a series of packets, each after its length in one byte.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "collectors/latency/tracker.h"

using namespace lapwing::collectors::latency;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Tracker tracker(
      {.connections = 16, .requests = 16}, 1,
      {Protocol::Http1, Protocol::Redis, Protocol::Postgres, Protocol::MySql, Protocol::Memcached});
  const std::vector<std::uint8_t> any(4, 0);
  tracker.apply({.listeners = {{{IpAddress::v4(std::span<const std::uint8_t, 4>(any)), 80}, "a"}},
                 .local = {IpAddress::v4(std::span<const std::uint8_t, 4>(any))},
                 .remotes = {{IpAddress{}, 443}}},
                0);
  std::span<const std::uint8_t> left(data, size);
  std::int64_t time = 0;
  while (!left.empty()) {
    const std::size_t length = std::min<std::size_t>(left[0], left.size() - 1);
    // A copy of its own, so that the sanitizer sees its end.
    const std::vector<std::uint8_t> packet(left.begin() + 1,
                                           left.begin() + 1 + std::ptrdiff_t(length));
    left = left.subspan(1 + length);
    for (const LinkLayer link : {LinkLayer::Ethernet, LinkLayer::Network}) {
      Segment segment;
      if (parse_packet(packet, packet.size() + 7, link, segment) != PacketKind::Segment) continue;
      time += 1000;
      tracker.take(segment, time, time / 50'000);
    }
  }
  tracker.tidy(time / 50'000);
  return 0;
}
