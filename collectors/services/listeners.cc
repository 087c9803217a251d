#include "collectors/services/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kDatagramBytes = 32 * 1024;  // the kernel's dumps are no larger
constexpr std::size_t kListenerLimit = 20'000;
constexpr int kPatienceSeconds = 2;

struct Request {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

Result<void> dump(int fd, std::uint8_t family, std::vector<Listener>& out) {
  Request request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 1U << TCP_LISTEN;
  if (::send(fd, &request, sizeof request, 0) != ssize_t(sizeof request))
    return system_error("asking sock_diag for listeners", errno);
  std::vector<std::byte> buffer(kDatagramBytes);
  while (true) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("reading listeners from sock_diag", errno);
    const auto ended = add_listeners(std::span(buffer).first(std::size_t(got)), out);
    if (!ended) return ended.error();
    if (*ended) return {};
  }
}

}  // namespace

Result<UniqueFd> open_sock_diag() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd && errno == EPROTONOSUPPORT) return no_data("the kernel has no sock_diag");
  if (!fd) return system_error("opening a sock_diag socket", errno);
  const timeval patience{kPatienceSeconds, 0};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    return system_error("setting the patience of a sock_diag socket", errno);
  return fd;
}

Result<std::vector<Listener>> read_listeners(int sock_diag) {
  std::vector<Listener> found;
  for (const std::uint8_t family : {AF_INET, AF_INET6})
    if (auto dumped = dump(sock_diag, family, found); !dumped) {
      if (family == AF_INET6 && dumped.error().kind == ErrorKind::NoData) continue;
      return std::move(dumped).error();
    }
  return found;
}

Result<bool> add_listeners(std::span<const std::byte> datagram, std::vector<Listener>& out) {
  if (datagram.empty()) return invalid("an empty answer of sock_diag");
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
      return invalid("a message of sock_diag is cut short");
    const auto body = datagram.first(header.nlmsg_len).subspan(NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_DONE) return true;
    if (header.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      if (body.size() < sizeof error.error) return invalid("an error of sock_diag is cut short");
      std::memcpy(&error.error, body.data(), sizeof error.error);
      return system_error("sock_diag", -error.error);
    }
    inet_diag_msg message{};
    if (body.size() < sizeof message) return invalid("a socket of sock_diag is cut short");
    std::memcpy(&message, body.data(), sizeof message);
    if (message.idiag_state == TCP_LISTEN && out.size() < kListenerLimit)
      out.push_back({.inode = message.idiag_inode, .port = ntohs(message.id.idiag_sport)});
    const std::size_t step = NLMSG_ALIGN(header.nlmsg_len);
    if (step >= datagram.size()) break;
    datagram = datagram.subspan(step);
  }
  return false;
}

}  // namespace lapwing::collectors::services
