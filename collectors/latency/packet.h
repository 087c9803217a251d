// One captured packet as a TCP segment. Sources: RFC 791 (IPv4), RFC 8200 (IPv6 and its extension
// headers), RFC 9293 (TCP), IEEE 802.1Q (VLAN tags). Checksums are not looked at: the kernel
// has, or leaves them to the network card. Tunnels are not entered.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lapwing::collectors::latency {

/// IPv6, or IPv4 as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress v4(std::span<const std::uint8_t, 4> address);
  static IpAddress v6(std::span<const std::uint8_t, 16> address);
  bool is_v4() const;
  bool is_loopback() const;
  /// All bits zero, in either family: a socket that listens everywhere.
  bool is_any() const;
  /// "10.0.0.5", "2001:db8::1".
  std::string to_string() const;
  auto operator<=>(const IpAddress&) const = default;
};

/// What the captured bytes begin with.
enum class LinkLayer {
  Ethernet,  ///< with any number of VLAN tags up to two
  Network,   ///< the IP header: a "cooked" capture, on whatever link
};

inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kAck = 0x10;

struct Segment {
  IpAddress source;
  IpAddress destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = 0;
  std::uint32_t payload_length = 0;       ///< as sent
  std::span<const std::uint8_t> payload;  ///< its beginning, as far as it was captured
};

enum class PacketKind {
  Segment,
  NotTcp,     ///< another protocol, or one that is not known
  Fragment,   ///< a later part of a fragmented packet: it has no TCP header
  Truncated,  ///< the capture ends before the TCP header does
  Malformed,  ///< lengths that contradict each other
};

/// Reads one packet. `original_length` is its length on the wire, from the same place on as
/// `captured`. `out` is whole only for PacketKind::Segment, and views `captured`.
PacketKind parse_packet(std::span<const std::uint8_t> captured, std::size_t original_length,
                        LinkLayer link, Segment& out);

}  // namespace lapwing::collectors::latency
