#include "collectors/sock_diag.h"

#include <sys/socket.h>

#include <catch2/catch.hpp>

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
  SockDiag diag;
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
  if (!dumped && dumped.error().kind == ErrorKind::NoData) return;  // built without sock_diag
  REQUIRE(dumped.ok());
  CHECK(v4 >= 1);
  CHECK(v6 >= int(has_both));
}

TEST_CASE("sock_diag: a socket that is cut short is Invalid") {
  const auto read = each_socket(netlink_message(SOCK_DIAG_BY_FAMILY, netlink_bytes(0)), kTakeAll);
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().kind == ErrorKind::Invalid);
}

TEST_CASE("sock_diag: the dump after one that failed begins anew") {
  SockDiag diag;
  const auto first = diag.dump_tcp({.family = AF_INET}, kTakeAll);
  if (!first && first.error().kind == ErrorKind::NoData) return;  // built without sock_diag
  CHECK(first.ok());
  CHECK_FALSE(diag.dump_tcp({.family = 99}, kTakeAll).ok());
  CHECK(diag.dump_tcp({.family = AF_INET}, kTakeAll).ok());
  const UniqueFd listens(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::listen(listens.get(), 1) == 0);
  CHECK_FALSE(
      diag.dump_tcp({.family = AF_INET}, [](auto) { return Result<void>(invalid("enough")); })
          .ok());
  CHECK(diag.dump_tcp({.family = AF_INET}, kTakeAll).ok());
}

TEST_CASE("sock_diag: no report where none has closed") {
  auto diag = SockDiag::listen(1U << (SKNLGRP_INET_TCP_DESTROY - 1));
  if (!diag) return;  // built without sock_diag
  CHECK(diag->fd() >= 0);
  CHECK(diag->receive_now().ok());  // others may close theirs
}
