// tcpstat: TCP sockets by state, and bytes in their queues, by sock_diag(7): a tenth of the cost of
// /proc/net/tcp. A listening socket's queues are its waiting connections and their limit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

inline constexpr std::size_t kTcpStates = 13;  ///< of include/net/tcp_states.h, from 1 on

struct TcpSockets {
  std::array<std::uint64_t, kTcpStates> by_state{};  ///< the place is the state's number
  std::uint64_t receive_queue = 0;
  std::uint64_t transmit_queue = 0;
};

enum class DumpState { More, Done };

/// Adds the messages of one netlink datagram. Unavailable when the kernel answers with an error,
/// Invalid when a message is cut short.
Result<DumpState> add_socket_messages(std::span<const std::byte> datagram, TcpSockets& sockets);

}  // namespace lapwing::collectors::host
