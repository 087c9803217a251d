#include "collectors/latency/interfaces.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cstring>

#include "collectors/netlink.h"

namespace lapwing::collectors::latency {
namespace {

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

Result<std::optional<Interface>> parse_interface(std::span<const std::byte> body) {
  ifinfomsg link{};
  if (body.size() < sizeof link) return invalid("an interface of rtnetlink is cut short");
  std::memcpy(&link, body.data(), sizeof link);
  Interface one{.index = link.ifi_index, .loopback = (link.ifi_flags & IFF_LOOPBACK) != 0};
  const auto attributes =
      body.subspan(std::min<std::size_t>(NLMSG_ALIGN(sizeof link), body.size()));
  if (auto done = read_attributes(attributes, one); !done) return std::move(done).error();
  if ((link.ifi_flags & IFF_UP) == 0) return std::optional<Interface>();
  return std::optional(one);
}

Result<std::vector<Interface>> read_interfaces() {
  auto netlink = Netlink::open(NETLINK_ROUTE, "rtnetlink");
  if (!netlink) return std::move(netlink).error();
  std::vector<Interface> found;
  const auto take = [&](const NetlinkMessage& message) -> Result<void> {
    if (message.type != RTM_NEWLINK) return {};
    auto one = parse_interface(message.body);
    if (!one) return std::move(one).error();
    if (*one) found.push_back(**one);
    return {};
  };
  const ifinfomsg all{};
  if (auto dumped = netlink->dump(RTM_GETLINK, std::as_bytes(std::span(&all, 1)), take); !dumped)
    return std::move(dumped).error();
  return found;
}

}  // namespace lapwing::collectors::latency
