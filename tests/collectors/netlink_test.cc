#include "collectors/netlink.h"

#include <catch2/catch.hpp>
#include <cerrno>
#include <limits>

#include "tests/collectors/netlink_messages.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::testing;

namespace {

const TakeNetlinkMessage kIgnore = [](const auto&) { return Result<void>(); };

Result<DumpState> each_of(std::span<const std::byte> datagram,
                          const TakeNetlinkMessage& take = kIgnore) {
  return each_netlink_message(datagram, "the test", take);
}

NetlinkBytes error_message(int number) {
  nlmsgerr refused{};
  refused.error = int(0U - unsigned(number));
  return netlink_message(NLMSG_ERROR, netlink_bytes(refused));
}

}  // namespace

TEST_CASE("netlink: each message is handed on with its type and body, up to the dump's end") {
  std::vector<std::pair<int, std::size_t>> taken;
  const auto take = [&](const NetlinkMessage& message) {
    taken.emplace_back(message.type, message.body.size());
    return Result<void>();
  };
  NetlinkBytes datagram = netlink_message(20, netlink_bytes(std::uint64_t{1}));
  append_bytes(datagram, netlink_message(21, {std::byte{1}}));  // padded to the next
  CHECK(*each_of(datagram, take) == DumpState::More);
  append_bytes(datagram, netlink_message(NLMSG_DONE, netlink_bytes(0)));
  append_bytes(datagram, netlink_message(22, {}));
  CHECK(*each_of(datagram, take) == DumpState::Done);
  CHECK(taken == std::vector<std::pair<int, std::size_t>>{{20, 8}, {21, 1}, {20, 8}, {21, 1}});
}

TEST_CASE("netlink: an error of the kernel or of the taker ends a datagram") {
  CHECK(each_of(error_message(EPERM)).error().kind == ErrorKind::Unavailable);
  CHECK(each_of(error_message(ENOENT)).error().kind == ErrorKind::NoData);
  CHECK(each_of(error_message(ENOENT)).error().message.starts_with("the test: "));
  for (const int odd : {0, -1, 4096, std::numeric_limits<int>::min()})
    CHECK(each_of(error_message(odd)).error().kind == ErrorKind::Invalid);
  int taken = 0;
  NetlinkBytes two = netlink_message(20, {});
  append_bytes(two, netlink_message(20, {}));
  CHECK_FALSE(each_of(two, [&](const auto&) {
                ++taken;
                return Result<void>(invalid("enough"));
              }).ok());
  CHECK(taken == 1);
}

TEST_CASE("netlink: what is cut short is Invalid") {
  const NetlinkBytes whole = netlink_message(20, netlink_bytes(std::uint64_t{1}));
  for (const std::size_t cut : {std::size_t(0), sizeof(nlmsghdr), whole.size() - 1}) {
    INFO(cut);
    const auto read = each_of(std::span(whole).first(cut));
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().kind == ErrorKind::Invalid);
  }
  NetlinkBytes short_length = whole;
  short_length[0] = std::byte{sizeof(nlmsghdr) - 1};
  CHECK(each_of(short_length).error().kind == ErrorKind::Invalid);
  CHECK(each_of(netlink_message(NLMSG_ERROR, {})).error().kind == ErrorKind::Invalid);
}

TEST_CASE("netlink: the kernel answers, refuses, or has no such protocol") {
  auto netlink = Netlink::open(NETLINK_ROUTE, "rtnetlink");
  REQUIRE(netlink.ok());
  int links = 0;
  const ifinfomsg all{};
  const auto body = std::as_bytes(std::span(&all, 1));
  CHECK(netlink
            ->dump(RTM_GETLINK, body,
                   [&](const NetlinkMessage& message) {
                     links += message.type == RTM_NEWLINK;
                     return Result<void>();
                   })
            .ok());
  CHECK(links > 0);
  CHECK(netlink->receive_now()->empty());
  const auto refused = netlink->dump(0xfff, body, kIgnore);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.starts_with("rtnetlink: "));
  CHECK(Netlink::open(MAX_LINKS - 1, "nothing").error().kind == ErrorKind::NoData);
}
