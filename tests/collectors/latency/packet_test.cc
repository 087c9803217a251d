#include "collectors/latency/packet.h"

#include <catch2/catch.hpp>

#include "tests/collectors/latency/packets.h"

using namespace lapwing::collectors::latency;
using namespace lapwing::testing;

namespace {
/// The segment views bytes that live until the next call.
PacketKind parse(PacketBytes bytes, LinkLayer link, Segment& out) {
  static PacketBytes kept;
  kept = std::move(bytes);
  return parse_packet(kept, kept.size(), link, out);
}
std::string text(const Segment& segment) {
  return {segment.payload.begin(), segment.payload.end()};
}
}  // namespace

TEST_CASE("packet: an IPv4 segment on Ethernet, with and without VLAN tags") {
  for (const int tags : {0, 1, 2}) {
    const auto bytes = ethernet(ipv4(tcp({.payload = "PING"})), 0x0800, tags);
    Segment segment;
    REQUIRE(parse(bytes, LinkLayer::Ethernet, segment) == PacketKind::Segment);
    CHECK(segment.source.to_string() == "10.0.0.1");
    CHECK(segment.destination.to_string() == "10.0.0.2");
    CHECK(segment.source_port == 40'000);
    CHECK(segment.destination_port == 6379);
    CHECK(segment.sequence == 1000);
    CHECK(segment.acknowledgement == 2000);
    CHECK(segment.payload_length == 4);
    CHECK(text(segment) == "PING");
  }
}

TEST_CASE("packet: more than two VLAN tags and other protocols are not TCP") {
  Segment segment;
  CHECK(parse(ethernet(ipv4(tcp({})), 0x0800, 3), LinkLayer::Ethernet, segment) ==
        PacketKind::NotTcp);
  CHECK(parse(ethernet(PacketBytes(28, 0), 0x0806), LinkLayer::Ethernet, segment) ==
        PacketKind::NotTcp);
  CHECK(parse(ipv4(PacketBytes(20, 0), 17), LinkLayer::Network, segment) == PacketKind::NotTcp);
  CHECK(parse(ipv6(PacketBytes(20, 0), 58), LinkLayer::Network, segment) == PacketKind::NotTcp);
  CHECK(parse(PacketBytes(40, 0x11), LinkLayer::Network, segment) == PacketKind::NotTcp);
}

TEST_CASE("packet: options of both headers are passed over") {
  Segment segment;
  REQUIRE(parse(ipv4(tcp({.option_words = 10, .payload = "x"}), 6, 10), LinkLayer::Network,
                segment) == PacketKind::Segment);
  CHECK(text(segment) == "x");
}

TEST_CASE("packet: padding of short Ethernet frames is no payload") {
  auto bytes = ethernet(ipv4(tcp({.option_words = 0})), 0x0800);
  bytes.resize(60);
  Segment segment;
  REQUIRE(parse(bytes, LinkLayer::Ethernet, segment) == PacketKind::Segment);
  CHECK(segment.payload_length == 0);
  CHECK(segment.payload.empty());
}

TEST_CASE("packet: IPv6 with extension headers") {
  const PacketBytes segment_bytes = tcp({.payload = "hello"});
  Segment segment;
  REQUIRE(parse(ipv6(segment_bytes), LinkLayer::Network, segment) == PacketKind::Segment);
  CHECK(segment.source.to_string() == "2001:db8::1");
  // Hop-by-hop of 16 bytes, destination options of 8, authentication of 16.
  PacketBytes chain{60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 51, 0, 0, 0,
                    0,  0, 0, 0, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0};
  REQUIRE(parse(ipv6(joined(chain, segment_bytes), 0), LinkLayer::Network, segment) ==
          PacketKind::Segment);
  CHECK(text(segment) == "hello");
}

TEST_CASE("packet: of a fragmented packet the first part counts") {
  const PacketBytes content = tcp({.payload = "hello"});
  Segment segment;
  CHECK(parse(ipv4(content, 6, 0, 0x2000), LinkLayer::Network, segment) == PacketKind::Segment);
  CHECK(parse(ipv4(content, 6, 0, 0x0001), LinkLayer::Network, segment) == PacketKind::Fragment);
  CHECK(parse(ipv6(joined({6, 0, 0, 1, 0, 0, 0, 1}, content), 44), LinkLayer::Network, segment) ==
        PacketKind::Segment);
  CHECK(parse(ipv6(joined({6, 0, 1, 0, 0, 0, 0, 1}, content), 44), LinkLayer::Network, segment) ==
        PacketKind::Fragment);
}

TEST_CASE("packet: a capture that ends early keeps the length as sent") {
  const auto bytes = ipv4(tcp({.payload = std::string(8000, 'x')}));  // a jumbo frame
  Segment segment;
  REQUIRE(parse_packet(std::span(bytes).first(100), bytes.size(), LinkLayer::Network, segment) ==
          PacketKind::Segment);
  CHECK(segment.payload_length == 8000);
  CHECK(segment.payload.size() == 100 - 52);
}

TEST_CASE("packet: one longer than its length field can say has the capture's length") {
  auto bytes = ipv4(tcp({.payload = "abc"}));
  bytes[2] = bytes[3] = 0;
  Segment segment;
  REQUIRE(parse_packet(bytes, 100'000, LinkLayer::Network, segment) == PacketKind::Segment);
  CHECK(segment.payload_length == 100'000 - 52);
}

TEST_CASE("packet: every shorter capture is truncated, never read past its end") {
  for (const auto& whole :
       {ethernet(ipv4(tcp({}), 6, 2), 0x0800, 1), ethernet(ipv6(tcp({})), 0x86dd)})
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const PacketBytes part(whole.begin(), whole.begin() + std::ptrdiff_t(size));
      Segment segment;
      const PacketKind kind = parse_packet(part, whole.size(), LinkLayer::Ethernet, segment);
      // The options of the TCP header are not needed.
      CHECK((kind == PacketKind::Truncated) == (size + 12 < whole.size()));
    }
}

TEST_CASE("packet: lengths that contradict each other are malformed") {
  Segment segment;
  auto bytes = ipv4(tcp({.payload = "abc"}));
  bytes[0] = 0x44;  // a header of 16 bytes
  CHECK(parse(bytes, LinkLayer::Network, segment) == PacketKind::Malformed);
  bytes = ipv4(tcp({.payload = "abc"}));
  bytes[3] = 30;  // ends within the TCP header
  CHECK(parse(bytes, LinkLayer::Network, segment) == PacketKind::Malformed);
  bytes = ipv4(tcp({.payload = "abc"}));
  bytes[2] = 0x70;  // longer than the packet
  CHECK(parse(bytes, LinkLayer::Network, segment) == PacketKind::Malformed);
  bytes = ipv4(tcp({.payload = "abc"}));
  bytes[20 + 12] = 0x40;  // a TCP header of 16 bytes
  CHECK(parse(bytes, LinkLayer::Network, segment) == PacketKind::Malformed);
  bytes[20 + 12] = 0xf0;  // of 60
  CHECK(parse(bytes, LinkLayer::Network, segment) == PacketKind::Malformed);
}

TEST_CASE("packet: addresses know what they are") {
  CHECK(address(127, 0, 0, 1).is_loopback());
  CHECK(address(127, 9, 9, 9).is_loopback());
  CHECK_FALSE(address(128, 0, 0, 1).is_loopback());
  CHECK(address(0, 0, 0, 0).is_any());
  CHECK_FALSE(address(0, 0, 0, 1).is_any());
  IpAddress six;
  CHECK(six.is_any());
  six.bytes[15] = 1;
  CHECK(six.is_loopback());
  CHECK_FALSE(six.is_v4());
  CHECK(six.to_string() == "::1");
}
