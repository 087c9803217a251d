// udp_queues: bytes that wait in UDP sockets, from /proc/net/udp and udp6 (proc(5)).
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct SocketQueues {
  std::uint64_t receive_bytes = 0;
  std::uint64_t transmit_bytes = 0;
};

/// The sum over all sockets.
Result<SocketQueues> parse_socket_queues(std::string_view proc_net_udp);

}  // namespace lapwing::collectors::host
