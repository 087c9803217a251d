#include "collectors/netlink.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace lapwing::collectors {
namespace {

constexpr std::size_t kDatagramBytes = 64 * 1024;  // the kernel makes dumps of 32 kB at most
constexpr int kPatienceSeconds = 2;
constexpr int kMaxErrno = 4095;  // linux/err.h

std::string text(std::string_view what, std::string_view source) {
  return std::string(what).append(source);
}

}  // namespace

Result<DumpState> each_netlink_message(std::span<const std::byte> datagram, std::string_view source,
                                       const TakeNetlinkMessage& take) {
  if (datagram.empty()) return invalid(text("an empty answer of ", source));
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
      return invalid(text("cut short: a message of ", source));
    const auto body = datagram.first(header.nlmsg_len).subspan(NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_DONE) return DumpState::Done;
    if (header.nlmsg_type == NLMSG_ERROR) {
      int error = 0;
      if (body.size() < sizeof error) return invalid(text("cut short: an error of ", source));
      std::memcpy(&error, body.data(), sizeof error);
      if (error >= 0 || error < -kMaxErrno) return invalid(text("an odd error of ", source));
      return system_error(source, -error);
    }
    if (auto taken = take({header.nlmsg_type, body}); !taken) return std::move(taken).error();
    datagram =
        datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return DumpState::More;
}

Netlink::Netlink(UniqueFd fd, std::string_view source)
    : fd_(std::move(fd)), source_(source), buffer_(kDatagramBytes) {}

Result<Netlink> Netlink::open(int protocol, std::string_view source, std::uint32_t groups) {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, protocol));
  if (!fd && errno == EPROTONOSUPPORT) return no_data(text("the kernel has no ", source));
  if (!fd) return system_error(text("opening a socket of ", source), errno);
  const timeval patience{kPatienceSeconds, 0};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    return system_error(text("setting the patience of ", source), errno);
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (groups != 0 &&
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(text("listening to ", source), errno);
  return Netlink(std::move(fd), source);
}

Result<void> Netlink::dump(std::uint16_t type, std::span<const std::byte> body,
                           const TakeNetlinkMessage& take) {
  nlmsghdr header{};
  header.nlmsg_len = std::uint32_t(NLMSG_LENGTH(body.size()));
  header.nlmsg_type = type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  const std::array<iovec, 2> parts = {
      {{&header, sizeof header}, {const_cast<std::byte*>(body.data()), body.size()}}};
  if (::writev(fd_.get(), parts.data(), int(parts.size())) != ssize_t(header.nlmsg_len))
    return system_error(text("asking ", source_), errno);
  while (true) {
    const ssize_t got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(text("reading from ", source_), errno);
    const auto state =
        each_netlink_message(std::span(buffer_).first(std::size_t(got)), source_, take);
    if (!state) return state.error();
    if (*state == DumpState::Done) return {};
  }
}

Result<std::span<const std::byte>> Netlink::receive_now() {
  while (true) {
    const ssize_t got = ::recv(fd_.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got >= 0) return std::span<const std::byte>(buffer_).first(std::size_t(got));
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::span<const std::byte>();
    if (errno != EINTR) return system_error(text("reading from ", source_), errno);
  }
}

}  // namespace lapwing::collectors
