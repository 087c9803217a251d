#include "collectors/services/socket_report.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#include <algorithm>
#include <cstring>

namespace lapwing::collectors::services {
namespace {

// Where a kernel's tcp_info ends tells what it knows.
template <typename Field>
constexpr std::size_t end_of(std::size_t offset) {
  return offset + sizeof(Field);
}

void read_tcp_info(std::span<const std::byte> bytes, SocketReport& report) {
  tcp_info info{};
  const std::size_t size = std::min(bytes.size(), sizeof info);
  if (size < end_of<__u64>(offsetof(tcp_info, tcpi_bytes_received))) return;
  std::memcpy(&info, bytes.data(), size);
  report.has_counters = true;
  report.counters.received_bytes = info.tcpi_bytes_received;
  report.counters.received_segments = info.tcpi_segs_in;
  report.counters.sent_segments = info.tcpi_data_segs_out;
  report.counters.retransmits = info.tcpi_total_retrans;
  report.round_trip_microseconds = info.tcpi_rtt;
  // Older kernels (before 4.19) count acknowledged bytes alone.
  const bool has_sent = size >= end_of<__u64>(offsetof(tcp_info, tcpi_bytes_retrans));
  report.counters.sent_bytes =
      has_sent ? info.tcpi_bytes_sent - std::min(info.tcpi_bytes_sent, info.tcpi_bytes_retrans)
               : info.tcpi_bytes_acked;
}

template <typename T>
bool read_value(std::span<const std::byte> bytes, T& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  return true;
}

void read_attribute(std::uint16_t type, std::span<const std::byte> value, SocketReport& report) {
  if (type == INET_DIAG_INFO) read_tcp_info(value, report);
  if (type == INET_DIAG_CGROUP_ID) read_value(value, report.cgroup);
  constexpr std::size_t kDropsAt = SK_MEMINFO_DROPS * sizeof(std::uint32_t);
  std::uint32_t drops = 0;
  if (type == INET_DIAG_SKMEMINFO && value.size() > kDropsAt &&
      read_value(value.subspan(kDropsAt), drops))
    report.drops = drops;
}

}  // namespace

Result<SocketReport> parse_socket_report(std::span<const std::byte> message) {
  inet_diag_msg head;
  if (!read_value(message, head)) return invalid("a socket of sock_diag is cut short");
  SocketReport report;
  report.cookie =
      std::uint64_t(head.id.idiag_cookie[1]) << 32 | std::uint64_t(head.id.idiag_cookie[0]);
  report.inode = head.idiag_inode;
  report.local_port = ntohs(head.id.idiag_sport);
  report.state = TcpState(head.idiag_state);
  if (report.state == TcpState::Listen) {
    report.accept_queue = head.idiag_rqueue;
    report.accept_limit = head.idiag_wqueue;
  }
  message = message.subspan(NLMSG_ALIGN(sizeof head));
  while (message.size() >= sizeof(rtattr)) {
    rtattr attribute;
    std::memcpy(&attribute, message.data(), sizeof attribute);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > message.size())
      return invalid("an attribute of a socket is cut short");
    read_attribute(attribute.rta_type, message.first(attribute.rta_len).subspan(sizeof attribute),
                   report);
    message = message.subspan(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), message.size()));
  }
  // What listens or has not come into being has an empty tcp_info.
  if (report.state == TcpState::Listen || report.state == TcpState::NewSynReceived)
    report.has_counters = false;
  return report;
}

std::uint8_t socket_report_extensions() {
  return 1U << (INET_DIAG_INFO - 1) | 1U << (INET_DIAG_SKMEMINFO - 1);
}

}  // namespace lapwing::collectors::services
