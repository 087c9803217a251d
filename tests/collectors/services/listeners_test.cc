#include "collectors/services/listeners.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/collectors/netlink_messages.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::collectors::services;
using namespace lapwing::testing;

namespace {

NetlinkBytes socket_bytes(std::uint8_t state, std::uint16_t port, std::uint32_t inode) {
  inet_diag_msg body{};
  body.idiag_state = state;
  body.id.idiag_sport = htons(port);
  body.idiag_inode = inode;
  return netlink_bytes(body);
}

}  // namespace

TEST_CASE("listeners: takes those that listen") {
  std::vector<Listener> found;
  CHECK(add_listener(socket_bytes(TCP_LISTEN, 80, 7), found).ok());
  CHECK(add_listener(socket_bytes(TCP_ESTABLISHED, 81, 8), found).ok());
  CHECK(found == std::vector<Listener>{{7, 80}});
}

TEST_CASE("listeners: a socket that is cut short is Invalid") {
  std::vector<Listener> found;
  const NetlinkBytes whole = socket_bytes(TCP_LISTEN, 80, 7);
  CHECK(add_listener(std::span(whole).first(whole.size() - 8), found).error().kind ==
        ErrorKind::Invalid);
  CHECK(found.empty());
}

TEST_CASE("listeners: the kernel tells of a socket of ours") {
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(server.get(), 1) == 0);
  struct stat status{};
  REQUIRE(::fstat(server.get(), &status) == 0);
  SockDiag sock_diag;
  const auto found = read_listeners(sock_diag);
  REQUIRE(found.ok());
  CHECK(std::any_of(found->begin(), found->end(),
                    [&](const Listener& one) { return one.inode == status.st_ino; }));
}
