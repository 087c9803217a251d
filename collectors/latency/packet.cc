#include "collectors/latency/packet.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace lapwing::collectors::latency {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kEthernetHeader = 14;
constexpr std::size_t kVlanTag = 4;
constexpr int kVlanTagLimit = 2;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr int kExtensionLimit = 8;

constexpr std::uint16_t kTypeIpv4 = 0x0800;
constexpr std::uint16_t kTypeIpv6 = 0x86dd;
constexpr std::uint8_t kProtocolTcp = 6;

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// One load and a swap each: the compiler makes as many loads as bytes of shifts and ors here.
std::uint16_t u16(Bytes bytes, std::size_t at) {
  std::uint16_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return ntohs(value);
}
std::uint32_t u32(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return ntohl(value);
}

bool is_vlan(std::uint16_t type) { return type == 0x8100 || type == 0x88a8 || type == 0x9100; }

PacketKind read_tcp(Bytes captured, std::size_t at, std::size_t end, Segment& out) {
  if (end < at + kTcpHeader) return PacketKind::Malformed;
  if (captured.size() < at + kTcpHeader) return PacketKind::Truncated;
  const std::size_t header = std::size_t(captured[at + 12] >> 4) * 4;
  if (header < kTcpHeader || at + header > end) return PacketKind::Malformed;
  out.source_port = u16(captured, at);
  out.destination_port = u16(captured, at + 2);
  out.sequence = u32(captured, at + 4);
  out.acknowledgement = u32(captured, at + 8);
  out.flags = captured[at + 13];
  out.payload_length = std::uint32_t(end - at - header);
  const std::size_t from = std::min(at + header, captured.size());
  out.payload = captured.subspan(from, std::min(captured.size(), end) - from);
  return PacketKind::Segment;
}

PacketKind read_ipv4(Bytes captured, std::size_t original, Segment& out) {
  if (captured.size() < 20) return PacketKind::Truncated;
  const std::size_t header = std::size_t(captured[0] & 0x0f) * 4;
  if (header < 20) return PacketKind::Malformed;
  if (captured[9] != kProtocolTcp) return PacketKind::NotTcp;
  if ((u16(captured, 6) & 0x1fff) != 0) return PacketKind::Fragment;
  // Segments that the kernel has not cut yet may be longer than the field can say: then it is 0.
  const std::size_t told = u16(captured, 2);
  const std::size_t end = told == 0 ? original : told;
  if (end < header || end > original) return PacketKind::Malformed;
  out.source = IpAddress::v4(captured.subspan<12, 4>());
  out.destination = IpAddress::v4(captured.subspan<16, 4>());
  return read_tcp(captured, header, end, out);
}

PacketKind read_ipv6(Bytes captured, std::size_t original, Segment& out) {
  if (captured.size() < kIpv6Header) return PacketKind::Truncated;
  const std::size_t told = u16(captured, 4);
  const std::size_t end = told == 0 ? original : kIpv6Header + told;
  if (end > original) return PacketKind::Malformed;
  out.source = IpAddress::v6(captured.subspan<8, 16>());
  out.destination = IpAddress::v6(captured.subspan<24, 16>());
  std::uint8_t next = captured[6];
  std::size_t at = kIpv6Header;
  for (int i = 0; next != kProtocolTcp; ++i) {
    if (i == kExtensionLimit) return PacketKind::NotTcp;
    if (captured.size() < at + 8)
      return at + 8 > end ? PacketKind::Malformed : PacketKind::Truncated;
    std::size_t length = 8;
    switch (next) {
      case 0:    // hop-by-hop
      case 43:   // routing
      case 60:   // destination options
      case 135:  // mobility
        length = (std::size_t(captured[at + 1]) + 1) * 8;
        break;
      case 44:  // fragment
        if ((u16(captured, at + 2) & 0xfff8) != 0) return PacketKind::Fragment;
        break;
      case 51:  // authentication
        length = (std::size_t(captured[at + 1]) + 2) * 4;
        break;
      default:
        return PacketKind::NotTcp;
    }
    next = captured[at];
    at += length;
    if (at > end) return PacketKind::Malformed;
  }
  return read_tcp(captured, at, end, out);
}

}  // namespace

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> address) {
  IpAddress made;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), made.bytes.begin());
  std::memcpy(made.bytes.data() + 12, address.data(), 4);
  return made;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> address) {
  IpAddress made;
  std::memcpy(made.bytes.data(), address.data(), 16);
  return made;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; });
}

bool IpAddress::is_any() const {
  const auto from = bytes.begin() + (is_v4() ? 12 : 0);
  return std::all_of(from, bytes.end(), [](auto b) { return b == 0; });
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool short_form = is_v4();
  ::inet_ntop(short_form ? AF_INET : AF_INET6, bytes.data() + (short_form ? 12 : 0), text.data(),
              text.size());
  return text.data();
}

PacketKind parse_packet(Bytes captured, std::size_t original_length, LinkLayer link, Segment& out) {
  if (link == LinkLayer::Ethernet) {
    if (captured.size() < kEthernetHeader) return PacketKind::Truncated;
    std::size_t at = kEthernetHeader;
    std::uint16_t type = u16(captured, at - 2);
    for (int tags = 0; is_vlan(type) && tags < kVlanTagLimit; ++tags) {
      at += kVlanTag;
      if (captured.size() < at) return PacketKind::Truncated;
      type = u16(captured, at - 2);
    }
    if (type != kTypeIpv4 && type != kTypeIpv6) return PacketKind::NotTcp;
    captured = captured.subspan(at);
    original_length = original_length > at ? original_length - at : 0;
  }
  if (captured.empty()) return PacketKind::Truncated;
  original_length = std::max(original_length, captured.size());
  switch (captured[0] >> 4) {
    case 4:
      return read_ipv4(captured, original_length, out);
    case 6:
      return read_ipv6(captured, original_length, out);
    default:
      return PacketKind::NotTcp;
  }
}

}  // namespace lapwing::collectors::latency
