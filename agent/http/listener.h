// Listening sockets: an address in words → bound, non-blocking sockets of IPv4 and IPv6.
#pragma once

#include <string>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"

namespace lapwing::http {

struct Listeners {
  std::vector<UniqueFd> sockets;
  int port = 0;  ///< the one that the kernel chose when 0 was asked for
};

/// An empty host means every address of both families; a name, every address that it has.
/// Unavailable when the port is in use or not ours to take, Invalid when the host is unknown.
Result<Listeners> open_listeners(const std::string& host, int port);

/// "192.0.2.1", "2001:db8::1"; an IPv4 peer on an IPv6 socket is shown as IPv4.
/// `address` is a sockaddr of either family.
std::string address_text(const void* address);

}  // namespace lapwing::http
