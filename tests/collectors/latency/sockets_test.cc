#include "collectors/latency/sockets.h"

#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "tests/collectors/latency/packets.h"

using namespace lapwing;
using namespace lapwing::collectors::latency;
using lapwing::testing::address;

namespace {

SocketRow listening(IpAddress ip, std::uint16_t port, std::uint64_t inode) {
  return {.local = {ip, port}, .inode = inode, .listening = true};
}
SocketRow connected(IpAddress from, std::uint16_t port, IpAddress to, std::uint16_t to_port) {
  return {.local = {from, port}, .remote = {to, to_port}};
}

const IpAddress kAny = address(0, 0, 0, 0);
const IpAddress kHere = address(10, 0, 0, 1);
const IpAddress kThere = address(10, 0, 0, 2);

std::string by_inode(std::uint64_t inode) { return inode == 0 ? "" : "s" + std::to_string(inode); }

}  // namespace

TEST_CASE("sockets: listeners are named, and several at one address are one") {
  const auto tables =
      make_tables({listening(kAny, 80, 0), listening(kAny, 80, 7), listening(kHere, 443, 8)}, {},
                  {kHere, kHere}, by_inode);
  CHECK(tables.listeners ==
        std::vector<ListeningService>{{{kAny, 80}, "s7", 7}, {{kHere, 443}, "s8", 8}});
  CHECK(tables.local == std::vector<IpAddress>{kHere});
}

TEST_CASE("sockets: backends are what this host has connected to elsewhere") {
  const auto tables =
      make_tables({listening(kAny, 80, 1)},
                  {connected(kHere, 40'000, kThere, 5432), connected(kHere, 40'001, kThere, 5432),
                   connected(kHere, 80, kThere, 50'000),   // came to us
                   connected(kHere, 40'002, kHere, 9000),  // of this host
                   connected(address(127, 0, 0, 1), 1, address(127, 0, 0, 2), 2)},
                  {kHere}, by_inode);
  CHECK(tables.remotes == std::vector<Address>{{kThere, 5432}});
}

TEST_CASE("sockets: of many ports of backends the busiest count") {
  std::vector<SocketRow> rows;
  for (std::uint16_t port = 1; port <= 200; ++port)
    for (int i = 0; i < (port > 150 ? 2 : 1); ++i)
      rows.push_back(connected(kHere, 0, kThere, port));
  const auto tables = make_tables({}, rows, {kHere}, by_inode);
  CHECK(tables.remotes.size() == kRemotePorts);
  for (std::uint16_t port = 151; port <= 200; ++port)
    CHECK(std::binary_search(tables.remotes.begin(), tables.remotes.end(), Address{kThere, port}));
}

TEST_CASE("sockets: one of a dump, and one that is cut short") {
  inet_diag_msg message{};
  message.idiag_family = AF_INET6;
  message.idiag_state = 10;
  message.id.idiag_sport = htons(6379);
  message.id.idiag_src[3] = htonl(1);
  message.idiag_inode = 42;
  const auto bytes = std::as_bytes(std::span(&message, 1));
  const auto row = read_socket(bytes);
  REQUIRE(row.ok());
  CHECK(row->listening);
  CHECK(row->inode == 42);
  CHECK(row->local.port == 6379);
  CHECK(row->local.ip.to_string() == "::1");
  CHECK(read_socket(bytes.first(10)).error().kind == ErrorKind::Invalid);
  message.idiag_family = AF_INET;
  message.idiag_state = 1;
  CHECK(read_socket(bytes)->local.ip.is_v4());
  CHECK_FALSE(read_socket(bytes)->listening);
}

TEST_CASE("sockets: a socket that listens on this host is found") {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0);
  REQUIRE(::listen(fd.get(), 1) == 0);
  socklen_t size = sizeof where;
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&where), &size) == 0);
  SocketLister lister;
  const auto rows = lister.listening();
  REQUIRE(rows.ok());
  CHECK(std::any_of(rows->begin(), rows->end(), [&](const SocketRow& row) {
    return row.listening && row.inode != 0 &&
           row.local == Address{address(127, 0, 0, 1), ntohs(where.sin_port)};
  }));
  CHECK_FALSE(SocketLister::local_addresses().empty());
}
