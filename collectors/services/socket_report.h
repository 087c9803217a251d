// What the kernel says of one TCP socket: an inet_diag_msg and its attributes
// (linux/inet_diag.h, and struct tcp_info of linux/tcp.h, which grows from kernel to kernel).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "agent/base/result.h"

namespace lapwing::collectors::services {

/// TCP states as the kernel numbers them (include/net/tcp_states.h).
enum class TcpState : std::uint8_t {
  Established = 1,
  SynSent,
  SynReceived,
  FinWait1,
  FinWait2,
  TimeWait,
  Closed,
  CloseWait,
  LastAck,
  Listen,
  Closing,
  NewSynReceived,
};

/// Counters of a socket since it was opened. Payload alone: no headers, nothing sent twice.
struct SocketCounters {
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t sent_segments = 0;  ///< with data, those sent again too
  std::uint64_t retransmits = 0;
  std::uint64_t received_segments = 0;
};

struct SocketReport {
  std::uint64_t cookie = 0;  ///< never used again for another socket
  std::uint64_t inode = 0;   ///< 0: no process holds it any more
  std::uint64_t cgroup = 0;  ///< inode of its cgroup v2 folder; 0: not told
  std::uint16_t local_port = 0;
  TcpState state = TcpState::Closed;
  std::uint32_t accept_queue = 0;  ///< of a listener: connections that wait
  std::uint32_t accept_limit = 0;
  std::uint64_t drops = 0;    ///< of a listener: connections it had no room for
  bool has_counters = false;  ///< a connection that has come into being
  SocketCounters counters;
  std::uint32_t round_trip_microseconds = 0;  ///< smoothed; 0: not measured yet
};

/// `message` is an inet_diag_msg with attributes. Attributes that are too short for what they are
/// or unknown are left out; Invalid when one is cut off by the end of the message.
Result<SocketReport> parse_socket_report(std::span<const std::byte> message);

/// Of sock_diag's request: what parse_socket_report() wants to see.
std::uint8_t socket_report_extensions();

}  // namespace lapwing::collectors::services
