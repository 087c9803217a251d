#include "collectors/sock_diag.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "tests/collectors/netlink_messages.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::testing;

namespace {

const TakeSocket kTakeAll = [](auto) { return Result<void>(); };

NetlinkBytes socket_message() {
  return netlink_message(SOCK_DIAG_BY_FAMILY, netlink_bytes(inet_diag_msg{}));
}

}  // namespace

TEST_CASE("sock_diag: each socket of a datagram is taken until the dump is done") {
  int taken = 0;
  const TakeSocket count = [&](auto message) {
    CHECK(message.size() == sizeof(inet_diag_msg));
    ++taken;
    return Result<void>();
  };
  NetlinkBytes datagram = socket_message();
  append_bytes(datagram, netlink_message(NLMSG_NOOP, {}));
  append_bytes(datagram, socket_message());
  CHECK(*each_socket(datagram, count) == DumpState::More);
  CHECK(taken == 2);
  append_bytes(datagram, netlink_message(NLMSG_DONE, netlink_bytes(0)));
  append_bytes(datagram, socket_message());
  CHECK(*each_socket(datagram, count) == DumpState::Done);
  CHECK(taken == 4);
}

// The kernel itself: the older question has what both newer ones have.
TEST_CASE("sock_diag: both families in one dump") {
  auto opened = SockDiag::open();
  if (!opened && opened.error().kind == ErrorKind::NoData) return;
  REQUIRE(opened.ok());
  SockDiag diag = *std::move(opened);
  const UniqueFd first(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::listen(first.get(), 1) == 0);
  const UniqueFd second(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool has_both = second && ::listen(second.get(), 1) == 0;
  int v4 = 0;
  int v6 = 0;
  const auto dumped = diag.dump_tcp({.family = AF_UNSPEC, .states = 1U << 10}, [&](auto message) {
    const auto family = std::uint8_t(message[0]);
    v4 += family == AF_INET;
    v6 += family == AF_INET6;
    return Result<void>();
  });
  REQUIRE(dumped.ok());
  CHECK(v4 >= 1);
  CHECK(v6 >= int(has_both));
}

TEST_CASE("sock_diag: an error of the kernel or of the taker ends a datagram") {
  nlmsgerr refused{};
  refused.error = -EPERM;
  const auto error = each_socket(netlink_message(NLMSG_ERROR, netlink_bytes(refused)), kTakeAll);
  REQUIRE_FALSE(error.ok());
  CHECK(error.error().kind == ErrorKind::Unavailable);
  refused.error = -ENOENT;
  CHECK(each_socket(netlink_message(NLMSG_ERROR, netlink_bytes(refused)), kTakeAll).error().kind ==
        ErrorKind::NoData);
  int taken = 0;
  NetlinkBytes two = socket_message();
  append_bytes(two, socket_message());
  const auto stopped = each_socket(two, [&](auto) {
    ++taken;
    return Result<void>(invalid("enough"));
  });
  CHECK_FALSE(stopped.ok());
  CHECK(taken == 1);
}

TEST_CASE("sock_diag: what is cut short is Invalid") {
  const NetlinkBytes whole = socket_message();
  for (const std::size_t cut : {std::size_t(0), sizeof(nlmsghdr), sizeof(nlmsghdr) + 8}) {
    INFO(cut);
    const auto read = each_socket(std::span(whole).first(cut), kTakeAll);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().kind == ErrorKind::Invalid);
  }
  CHECK_FALSE(each_socket(netlink_message(SOCK_DIAG_BY_FAMILY, netlink_bytes(0)), kTakeAll).ok());
  CHECK_FALSE(each_socket(netlink_message(NLMSG_ERROR, {}), kTakeAll).ok());
}

TEST_CASE("sock_diag: the kernel's own sockets, and no report where none has closed") {
  auto diag = SockDiag::open();
  if (!diag && diag.error().kind == ErrorKind::NoData) return;  // built without sock_diag
  REQUIRE(diag.ok());
  CHECK(diag->dump_tcp({.family = AF_INET}, kTakeAll).ok());
  CHECK_FALSE(diag->dump_tcp({.family = 99}, kTakeAll).ok());
  // The dump after one that failed begins anew.
  CHECK(diag->dump_tcp({.family = AF_INET}, kTakeAll).ok());
  const auto nothing = diag->receive_now();
  REQUIRE(nothing.ok());
  CHECK(nothing->empty());
}
