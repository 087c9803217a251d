#include "collectors/sock_diag.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string_view>
#include <utility>

namespace lapwing::collectors {
namespace {

constexpr std::string_view kSource = "sock_diag";

TakeNetlinkMessage sockets_for(const TakeSocket& take) {
  return [&take](const NetlinkMessage& message) -> Result<void> {
    if (message.type != SOCK_DIAG_BY_FAMILY && message.type != TCPDIAG_GETSOCK) return {};
    if (message.body.size() < sizeof(inet_diag_msg))
      return invalid("cut short: a socket of sock_diag");
    return take(message.body);
  };
}

template <typename Body>
Result<void> dump(Netlink& netlink, std::uint16_t type, const Body& body, const TakeSocket& take) {
  return netlink.dump(type, std::as_bytes(std::span(&body, 1)), sockets_for(take));
}

}  // namespace

Result<DumpState> each_socket(std::span<const std::byte> datagram, const TakeSocket& take) {
  return each_netlink_message(datagram, kSource, sockets_for(take));
}

Result<SockDiag> SockDiag::listen(std::uint32_t groups) {
  auto opened = Netlink::open(NETLINK_SOCK_DIAG, kSource, groups);
  if (!opened) return std::move(opened).error();
  SockDiag made;
  made.netlink_.emplace(*std::move(opened));
  return made;
}

Result<void> SockDiag::dump_tcp(const SocketQuery& query, const TakeSocket& take) {
  if (!netlink_) {
    auto opened = Netlink::open(NETLINK_SOCK_DIAG, kSource);
    if (!opened) return std::move(opened).error();
    netlink_.emplace(*std::move(opened));
  }
  Result<void> dumped;
  if (query.family == AF_UNSPEC) {
    // The older form of the question knows no family and is answered with both.
    inet_diag_req body{};
    body.idiag_states = query.states;
    body.idiag_ext = query.extensions;
    dumped = dump(*netlink_, TCPDIAG_GETSOCK, body, take);
  } else {
    inet_diag_req_v2 body{};
    body.sdiag_family = query.family;
    body.sdiag_protocol = IPPROTO_TCP;
    body.idiag_states = query.states;
    body.idiag_ext = query.extensions;
    dumped = dump(*netlink_, SOCK_DIAG_BY_FAMILY, body, take);
  }
  if (!dumped) netlink_.reset();  // what is still to come of this dump goes with it
  return dumped;
}

}  // namespace lapwing::collectors
