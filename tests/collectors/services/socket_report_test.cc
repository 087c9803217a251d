#include "collectors/services/socket_report.h"

#include <linux/tcp.h>

#include <catch2/catch.hpp>

#include "tests/collectors/netlink_messages.h"

using namespace lapwing;
using namespace lapwing::collectors::services;
using namespace lapwing::testing;

namespace {

inet_diag_msg head(TcpState state) {
  inet_diag_msg message{};
  message.idiag_state = std::uint8_t(state);
  message.id.idiag_sport = htons(8080);
  message.id.idiag_cookie[0] = 7;
  message.id.idiag_cookie[1] = 1;
  message.idiag_inode = 4711;
  message.idiag_rqueue = 3;
  message.idiag_wqueue = 128;
  return message;
}

NetlinkBytes with(TcpState state, std::initializer_list<NetlinkBytes> attributes) {
  NetlinkBytes message = netlink_bytes(head(state));
  for (const NetlinkBytes& one : attributes) append_bytes(message, one);
  return message;
}

NetlinkBytes info(std::size_t size = sizeof(tcp_info)) {
  tcp_info values{};
  values.tcpi_rtt = 1500;
  values.tcpi_total_retrans = 4;
  values.tcpi_bytes_acked = 900;
  values.tcpi_bytes_received = 5000;
  values.tcpi_segs_in = 12;
  values.tcpi_data_segs_out = 9;
  values.tcpi_bytes_sent = 1200;
  values.tcpi_bytes_retrans = 200;
  NetlinkBytes bytes = netlink_bytes(values);
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("socket report: a connection's counters, port, cookie and control group") {
  const auto report = parse_socket_report(
      with(TcpState::Established,
           {netlink_attribute(INET_DIAG_INFO, info()),
            netlink_attribute(INET_DIAG_CGROUP_ID, netlink_bytes(std::uint64_t(99)))}));
  REQUIRE(report.ok());
  CHECK(report->cookie == (1ULL << 32 | 7));
  CHECK(report->inode == 4711);
  CHECK(report->cgroup == 99);
  CHECK(report->local_port == 8080);
  CHECK(report->state == TcpState::Established);
  REQUIRE(report->has_counters);
  CHECK(report->counters.received_bytes == 5000);
  CHECK(report->counters.sent_bytes == 1000);  // what was sent again counts once
  CHECK(report->counters.sent_segments == 9);
  CHECK(report->counters.retransmits == 4);
  CHECK(report->counters.received_segments == 12);
  CHECK(report->round_trip_microseconds == 1500);
  CHECK(report->accept_limit == 0);
}

TEST_CASE("socket report: the kernel's tcp_info may be longer or shorter than ours") {
  const auto longer = parse_socket_report(with(
      TcpState::Established, {netlink_attribute(INET_DIAG_INFO, info(sizeof(tcp_info) + 64))}));
  CHECK(longer->counters.sent_bytes == 1000);
  const auto shorter = parse_socket_report(
      with(TcpState::Established,
           {netlink_attribute(INET_DIAG_INFO, info(offsetof(tcp_info, tcpi_bytes_sent)))}));
  CHECK(shorter->has_counters);
  CHECK(shorter->counters.sent_bytes == 900);  // acknowledged ones, before Linux 4.19
  CHECK(shorter->counters.received_bytes == 5000);
  const auto ancient = parse_socket_report(
      with(TcpState::Established, {netlink_attribute(INET_DIAG_INFO, info(104))}));
  CHECK_FALSE(ancient->has_counters);
}

TEST_CASE("socket report: a listener has queue, limit and drops, and no counters") {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  memory[SK_MEMINFO_DROPS] = 17;
  const auto report = parse_socket_report(
      with(TcpState::Listen, {netlink_attribute(INET_DIAG_INFO, info()),
                              netlink_attribute(INET_DIAG_SKMEMINFO, netlink_bytes(memory))}));
  REQUIRE(report.ok());
  CHECK_FALSE(report->has_counters);
  CHECK(report->accept_queue == 3);
  CHECK(report->accept_limit == 128);
  CHECK(report->drops == 17);
}

TEST_CASE("socket report: attributes that are unknown or too short are left out") {
  const auto report = parse_socket_report(
      with(TcpState::Established,
           {netlink_attribute(999, netlink_bytes(1)), netlink_attribute(INET_DIAG_INFO, {}),
            netlink_attribute(INET_DIAG_CGROUP_ID, netlink_bytes(std::uint32_t(9))),
            netlink_attribute(INET_DIAG_SKMEMINFO, netlink_bytes(1))}));
  REQUIRE(report.ok());
  CHECK_FALSE(report->has_counters);
  CHECK(report->cgroup == 0);
  CHECK(report->drops == 0);
}

TEST_CASE("socket report: what is cut off is Invalid") {
  const NetlinkBytes whole =
      with(TcpState::Established, {netlink_attribute(INET_DIAG_INFO, info())});
  CHECK(parse_socket_report(netlink_bytes(head(TcpState::SynSent))).ok());
  for (const std::size_t size : {std::size_t(0), sizeof(inet_diag_msg) - 1, whole.size() - 8}) {
    INFO(size);
    CHECK_FALSE(parse_socket_report(std::span(whole).first(size)).ok());
  }
  rtattr endless{};
  endless.rta_type = INET_DIAG_INFO;  // of no length: would be read for ever
  CHECK_FALSE(parse_socket_report(with(TcpState::Established, {netlink_bytes(endless)})).ok());
}
