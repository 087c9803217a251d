#include "collectors/sock_diag.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace lapwing::collectors {
namespace {

constexpr std::size_t kDatagramBytes = 64 * 1024;  // the kernel makes dumps of 32 kB at most
constexpr int kPatienceSeconds = 2;

template <typename Body>
Result<void> ask(int fd, std::uint16_t type, const Body& body) {
  struct {
    nlmsghdr header{};
    Body body{};
  } request{.body = body};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (::send(fd, &request, sizeof request, 0) != ssize_t(sizeof request))
    return system_error("asking sock_diag", errno);
  return {};
}

}  // namespace

Result<DumpState> each_socket(std::span<const std::byte> datagram, const TakeSocket& take) {
  if (datagram.empty()) return invalid("an empty answer of sock_diag");
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
      return invalid("a message of sock_diag is cut short");
    const auto body = datagram.first(header.nlmsg_len).subspan(NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_DONE) return DumpState::Done;
    if (header.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      if (body.size() < sizeof error.error) return invalid("an error of sock_diag is cut short");
      std::memcpy(&error.error, body.data(), sizeof error.error);
      return system_error("sock_diag", -error.error);
    }
    if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY || header.nlmsg_type == TCPDIAG_GETSOCK) {
      if (body.size() < sizeof(inet_diag_msg)) return invalid("a socket of sock_diag is cut short");
      if (auto taken = take(body); !taken) return std::move(taken).error();
    }
    datagram =
        datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return DumpState::More;
}

SockDiag::SockDiag(UniqueFd fd) : fd_(std::move(fd)), buffer_(kDatagramBytes) {}

Result<SockDiag> SockDiag::open(std::uint32_t groups) {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  // A kernel without sock_diag does not know the protocol.
  if (!fd && errno == EPROTONOSUPPORT) return no_data("the kernel has no sock_diag");
  if (!fd) return system_error("opening a sock_diag socket", errno);
  const timeval patience{kPatienceSeconds, 0};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    return system_error("setting the patience of a sock_diag socket", errno);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (groups != 0 &&
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error("listening to closed sockets", errno);
  return SockDiag(std::move(fd));
}

Result<void> SockDiag::dump_tcp(const SocketQuery& query, const TakeSocket& take) {
  if (query.family == AF_UNSPEC) {
    // The older form of the question knows no family and is answered with both.
    inet_diag_req body{};
    body.idiag_states = query.states;
    body.idiag_ext = query.extensions;
    if (auto asked = ask(fd_.get(), TCPDIAG_GETSOCK, body); !asked) return asked;
  } else {
    inet_diag_req_v2 body{};
    body.sdiag_family = query.family;
    body.sdiag_protocol = IPPROTO_TCP;
    body.idiag_states = query.states;
    body.idiag_ext = query.extensions;
    if (auto asked = ask(fd_.get(), SOCK_DIAG_BY_FAMILY, body); !asked) return asked;
  }
  return receive_dump(take);
}

Result<void> SockDiag::receive_dump(const TakeSocket& take) {
  while (true) {
    const ssize_t got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("reading from sock_diag", errno);
    const auto state = each_socket(std::span(buffer_).first(std::size_t(got)), take);
    if (!state) return state.error();
    if (*state == DumpState::Done) return {};
  }
}

Result<std::span<const std::byte>> SockDiag::receive_now() {
  while (true) {
    const ssize_t got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got >= 0) return std::span<const std::byte>(buffer_).first(std::size_t(got));
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::span<const std::byte>();
    if (errno != EINTR) return system_error("reading closed sockets", errno);
  }
}

}  // namespace lapwing::collectors
