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
  return body;
}

Interface up(const NetlinkBytes& body) {
  const auto one = parse_interface(body);
  REQUIRE(one.ok());
  REQUIRE(one->has_value());
  return **one;
}

NetlinkBytes number(std::uint16_t type, int value) {
  return netlink_attribute(type, netlink_bytes(value));
}

}  // namespace

TEST_CASE("interfaces: those that are up") {
  CHECK(up(link(1, IFF_UP | IFF_LOOPBACK)) == Interface{.index = 1, .loopback = true});
  CHECK(up(link(3, IFF_UP)) == Interface{.index = 3});
  CHECK_FALSE(parse_interface(link(2, 0))->has_value());
}

TEST_CASE("interfaces: a bridge's port is stacked, and what lies on another of this host") {
  CHECK_FALSE(up(link(4, IFF_UP)).stacked);
  CHECK(up(link(4, IFF_UP, number(IFLA_MASTER, 9))).stacked);
  CHECK(up(link(4, IFF_UP, number(IFLA_LINK, 2))).stacked);
  CHECK_FALSE(up(link(4, IFF_UP, number(IFLA_LINK, 4))).stacked);
  // The other end of a pair of veth that lies in a container.
  NetlinkBytes elsewhere = number(IFLA_LINK, 2);
  append_bytes(elsewhere, number(IFLA_LINK_NETNSID, 0));
  CHECK_FALSE(up(link(4, IFF_UP, elsewhere)).stacked);
}

TEST_CASE("interfaces: what is cut short is Invalid") {
  const NetlinkBytes whole = link(4, IFF_UP, number(IFLA_MASTER, 9));
  for (const std::size_t cut : {std::size_t(0), sizeof(ifinfomsg) - 1, whole.size() - 4})
    CHECK(parse_interface(std::span(whole).first(cut)).error().kind == ErrorKind::Invalid);
  NetlinkBytes damaged = whole;
  damaged[sizeof(ifinfomsg)] = std::byte{200};
  CHECK(parse_interface(damaged).error().kind == ErrorKind::Invalid);
}

TEST_CASE("interfaces: this host has its loopback") {
  const auto found = read_interfaces();
  REQUIRE(found.ok());
  CHECK(std::count_if(found->begin(), found->end(),
                      [](const Interface& one) { return one.loopback && one.index > 0; }) <= 1);
}
