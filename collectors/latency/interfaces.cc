#include "collectors/latency/interfaces.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "agent/base/file.h"

namespace lapwing::collectors::latency {
namespace {

constexpr std::size_t kDatagramBytes = 32 * 1024;  // the kernel's dumps are no larger
constexpr int kPatienceSeconds = 2;

/// The attributes behind an ifinfomsg; what they say of its place among the others.
Result<void> read_attributes(std::span<const std::byte> bytes, Interface& one) {
  int below = 0;
  bool elsewhere = false;  // what is below lies in another name space
  while (bytes.size() >= sizeof(rtattr)) {
    rtattr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.rta_len < sizeof header || header.rta_len > bytes.size())
      return invalid("an attribute of an interface is cut short");
    int value = 0;
    if (header.rta_len >= RTA_LENGTH(sizeof value))
      std::memcpy(&value, bytes.data() + RTA_LENGTH(0), sizeof value);
    if (header.rta_type == IFLA_MASTER && value != 0) one.stacked = true;
    if (header.rta_type == IFLA_LINK) below = value;
    if (header.rta_type == IFLA_LINK_NETNSID) elsewhere = true;
    bytes = bytes.subspan(std::min<std::size_t>(RTA_ALIGN(header.rta_len), bytes.size()));
  }
  if (below != 0 && below != one.index && !elsewhere) one.stacked = true;
  return {};
}

}  // namespace

Result<bool> add_interfaces(std::span<const std::byte> datagram, std::vector<Interface>& out) {
  if (datagram.empty()) return invalid("an empty answer of rtnetlink");
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
      return invalid("a message of rtnetlink is cut short");
    const auto body = datagram.first(header.nlmsg_len).subspan(NLMSG_HDRLEN);
    if (header.nlmsg_type == NLMSG_DONE) return true;
    if (header.nlmsg_type == NLMSG_ERROR) return unavailable("rtnetlink lists no interfaces");
    if (header.nlmsg_type == RTM_NEWLINK) {
      ifinfomsg link{};
      if (body.size() < sizeof link) return invalid("an interface of rtnetlink is cut short");
      std::memcpy(&link, body.data(), sizeof link);
      Interface one{.index = link.ifi_index, .loopback = (link.ifi_flags & IFF_LOOPBACK) != 0};
      const auto attributes =
          body.subspan(std::min<std::size_t>(NLMSG_ALIGN(sizeof link), body.size()));
      if (auto done = read_attributes(attributes, one); !done) return std::move(done).error();
      if ((link.ifi_flags & IFF_UP) != 0) out.push_back(one);
    }
    datagram =
        datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return false;
}

Result<std::vector<Interface>> read_interfaces() {
  const UniqueFd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd) return system_error("opening a rtnetlink socket", errno);
  const timeval patience{kPatienceSeconds, 0};
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    return system_error("setting the patience of a rtnetlink socket", errno);
  struct {
    nlmsghdr header;
    ifinfomsg body;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_GETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (::send(fd.get(), &request, sizeof request, 0) != ssize_t(sizeof request))
    return system_error("asking rtnetlink for interfaces", errno);
  std::vector<Interface> found;
  std::vector<std::byte> buffer(kDatagramBytes);
  while (true) {
    const ssize_t got = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("reading interfaces from rtnetlink", errno);
    const auto ended = add_interfaces(std::span(buffer).first(std::size_t(got)), found);
    if (!ended) return ended.error();
    if (*ended) return found;
  }
}

}  // namespace lapwing::collectors::latency
