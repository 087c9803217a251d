#include "collectors/latency/interfaces.h"

#include <net/if.h>

#include <catch2/catch.hpp>

#include "tests/collectors/netlink_messages.h"

using namespace lapwing;
using namespace lapwing::collectors::latency;
using namespace lapwing::testing;

namespace {

NetlinkBytes link(int index, unsigned flags, const NetlinkBytes& attributes = {}) {
  ifinfomsg message{};
  message.ifi_index = index;
  message.ifi_flags = flags;
  NetlinkBytes body = netlink_bytes(message);
  append_bytes(body, attributes);
  return netlink_message(RTM_NEWLINK, body);
}

Interface only(const NetlinkBytes& datagram) {
  std::vector<Interface> found;
  REQUIRE(*add_interfaces(datagram, found) == false);
  REQUIRE(found.size() == 1);
  return found[0];
}

NetlinkBytes number(std::uint16_t type, int value) {
  return netlink_attribute(type, netlink_bytes(value));
}

}  // namespace

TEST_CASE("interfaces: those that are up, until the dump ends") {
  NetlinkBytes datagram = link(1, IFF_UP | IFF_LOOPBACK);
  append_bytes(datagram, link(2, 0));
  append_bytes(datagram, link(3, IFF_UP));
  append_bytes(datagram, netlink_message(NLMSG_DONE, netlink_bytes(0)));
  std::vector<Interface> found;
  CHECK(*add_interfaces(datagram, found));
  CHECK(found == std::vector<Interface>{{.index = 1, .loopback = true}, {.index = 3}});
}

TEST_CASE("interfaces: a bridge's port is stacked, and what lies on another of this host") {
  CHECK_FALSE(only(link(4, IFF_UP)).stacked);
  CHECK(only(link(4, IFF_UP, number(IFLA_MASTER, 9))).stacked);
  CHECK(only(link(4, IFF_UP, number(IFLA_LINK, 2))).stacked);
  CHECK_FALSE(only(link(4, IFF_UP, number(IFLA_LINK, 4))).stacked);
  // The other end of a pair of veth that lies in a container.
  NetlinkBytes elsewhere = number(IFLA_LINK, 2);
  append_bytes(elsewhere, number(IFLA_LINK_NETNSID, 0));
  CHECK_FALSE(only(link(4, IFF_UP, elsewhere)).stacked);
}

TEST_CASE("interfaces: what is cut short is Invalid, an error is Unavailable") {
  const NetlinkBytes whole = link(4, IFF_UP, number(IFLA_MASTER, 9));
  std::vector<Interface> found;
  for (const std::size_t cut : {std::size_t(0), sizeof(nlmsghdr), whole.size() - 4})
    CHECK(add_interfaces(std::span(whole).first(cut), found).error().kind == ErrorKind::Invalid);
  CHECK_FALSE(add_interfaces(netlink_message(RTM_NEWLINK, netlink_bytes(0)), found).ok());
  NetlinkBytes damaged = whole;
  damaged[NLMSG_HDRLEN + sizeof(ifinfomsg)] = std::byte{200};
  CHECK(add_interfaces(damaged, found).error().kind == ErrorKind::Invalid);
  CHECK(
      add_interfaces(netlink_message(NLMSG_ERROR, netlink_bytes(nlmsgerr{})), found).error().kind ==
      ErrorKind::Unavailable);
}

TEST_CASE("interfaces: this host has its loopback") {
  const auto found = read_interfaces();
  REQUIRE(found.ok());
  CHECK(std::count_if(found->begin(), found->end(),
                      [](const Interface& one) { return one.loopback && one.index > 0; }) <= 1);
}
