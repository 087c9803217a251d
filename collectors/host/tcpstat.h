// tcpstat: TCP sockets by state, and bytes in their queues, by sock_diag(7): a tenth of the cost of
// /proc/net/tcp. A listening socket's queues are its waiting connections and their limit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "agent/base/result.h"
#include "collectors/sock_diag.h"

namespace lapwing::collectors::host {

inline constexpr std::size_t kTcpStates = 13;  ///< of include/net/tcp_states.h, from 1 on

struct TcpSockets {
  std::array<std::uint64_t, kTcpStates> by_state{};  ///< the place is the state's number
  std::uint64_t receive_queue = 0;
  std::uint64_t transmit_queue = 0;
};

/// Adds the messages of one netlink datagram, with the errors of each_socket().
Result<DumpState> add_socket_messages(std::span<const std::byte> datagram, TcpSockets& sockets);

}  // namespace lapwing::collectors::host
