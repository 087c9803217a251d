// ICMP echo requests and replies as bytes (RFC 792, RFC 4443).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lapwing::collectors::probe {

struct Echo {
  bool ip6 = false;
  std::uint16_t id = 0;  ///< the kernel writes its own on ping sockets
  std::uint16_t sequence = 0;
  std::string payload;
};

/// An echo request with its checksum (the kernel makes that of ICMPv6).
std::string echo_request(const Echo& echo);

/// Whether `packet` (without the IP header) is the reply to that request. `any_id`: the socket is a
/// ping socket, which gets replies to its own requests alone.
bool is_reply_to(const Echo& echo, std::string_view packet, bool any_id);

/// The packet without the IPv4 header that raw sockets put before it; "" when it is cut.
std::string_view without_ip4_header(std::string_view packet);

/// `size` bytes that begin with our mark; 0: the mark alone.
std::string echo_payload(std::size_t size);

}  // namespace lapwing::collectors::probe
