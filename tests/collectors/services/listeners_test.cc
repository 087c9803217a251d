#include "collectors/services/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {

std::string message(std::uint16_t type, const void* body, std::size_t size) {
  nlmsghdr header{};
  header.nlmsg_len = std::uint32_t(sizeof header + size);
  header.nlmsg_type = type;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(static_cast<const char*>(body), size);
  bytes.resize(NLMSG_ALIGN(bytes.size()));
  return bytes;
}

std::string socket_message(std::uint8_t state, std::uint16_t port, std::uint32_t inode) {
  inet_diag_msg body{};
  body.idiag_state = state;
  body.id.idiag_sport = htons(port);
  body.idiag_inode = inode;
  return message(20, &body, sizeof body);
}

Result<bool> add(const std::string& bytes, std::vector<Listener>& out) {
  return add_listeners(std::as_bytes(std::span(bytes)), out);
}

}  // namespace

TEST_CASE("listeners: takes those that listen, until the dump's end") {
  std::vector<Listener> found;
  CHECK_FALSE(
      *add(socket_message(TCP_LISTEN, 80, 7) + socket_message(TCP_ESTABLISHED, 81, 8), found));
  const int none = 0;
  CHECK(*add(socket_message(TCP_LISTEN, 443, 9) + message(NLMSG_DONE, &none, sizeof none), found));
  CHECK(found == std::vector<Listener>{{7, 80}, {9, 443}});
}

TEST_CASE("listeners: errors and messages that are cut short") {
  std::vector<Listener> found;
  const nlmsgerr error{-ENOENT, {}};
  CHECK(add(message(NLMSG_ERROR, &error, sizeof error), found).error().kind == ErrorKind::NoData);
  const std::string whole = socket_message(TCP_LISTEN, 80, 7);
  CHECK_FALSE(add("", found).ok());
  CHECK_FALSE(add(whole.substr(0, whole.size() - 8), found).ok());
  CHECK_FALSE(add(message(20, "x", 1), found).ok());
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
  const auto fd = open_sock_diag();
  REQUIRE(fd.ok());
  const auto found = read_listeners(fd->get());
  REQUIRE(found.ok());
  CHECK(std::any_of(found->begin(), found->end(),
                    [&](const Listener& one) { return one.inode == status.st_ino; }));
}
