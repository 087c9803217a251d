#include "collectors/host/tcpstat.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <cstring>

using lapwing::collectors::DumpState;
using namespace lapwing::collectors::host;

namespace {

template <typename Body>
std::vector<std::byte> message(std::uint16_t type, const Body& body) {
  std::vector<std::byte> bytes(NLMSG_SPACE(sizeof body));
  nlmsghdr header{};
  header.nlmsg_len = NLMSG_LENGTH(sizeof body);
  header.nlmsg_type = type;
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + NLMSG_HDRLEN, &body, sizeof body);
  return bytes;
}

std::vector<std::byte> socket_in(std::uint8_t state, std::uint32_t receive,
                                 std::uint32_t transmit) {
  inet_diag_msg body{};
  body.idiag_state = state;
  body.idiag_rqueue = receive;
  body.idiag_wqueue = transmit;
  return message(SOCK_DIAG_BY_FAMILY, body);
}

void append(std::vector<std::byte>& to, const std::vector<std::byte>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("tcpstat: sockets are counted by state until the dump is done") {
  TcpSockets sockets;
  std::vector<std::byte> datagram = socket_in(1, 7, 21);
  append(datagram, socket_in(10, 0, 128));
  CHECK(*add_socket_messages(datagram, sockets) == DumpState::More);
  append(datagram, message(NLMSG_DONE, 0));
  CHECK(*add_socket_messages(datagram, sockets) == DumpState::Done);
  CHECK(sockets.by_state[1] == 2);
  CHECK(sockets.by_state[10] == 2);
  CHECK(sockets.receive_queue == 14);
  CHECK(sockets.transmit_queue == 298);
}

TEST_CASE("tcpstat: a kernel's error is one, a message that is cut short is Invalid") {
  TcpSockets sockets;
  nlmsgerr refused{};
  refused.error = -EPERM;
  const auto error = add_socket_messages(message(NLMSG_ERROR, refused), sockets);
  REQUIRE_FALSE(error.ok());
  CHECK(error.error().kind == ErrorKind::Unavailable);
  for (const std::size_t cut : {std::size_t(0), sizeof(nlmsghdr), sizeof(nlmsghdr) + 8}) {
    const auto whole = socket_in(1, 0, 0);
    const auto read = add_socket_messages(std::span(whole).first(cut), sockets);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().kind == ErrorKind::Invalid);
  }
  CHECK_FALSE(add_socket_messages(message(SOCK_DIAG_BY_FAMILY, 0), sockets).ok());
}

TEST_CASE("tcpstat: the kernel's own sockets") {
  testing::HostBed bed;
  const Samples found = bed.run("tcpstat");
  if (bed.failed(ErrorKind::NoData)) return;  // built without sock_diag
  REQUIRE(bed.last.ok());
  CHECK(found.count(R"(node_tcp_connection_states{state="rx_queued_bytes"})") == 1);
}
