#include "agent/http/listener.h"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "agent/http/server.h"

using namespace lapwing;
using namespace lapwing::http;

TEST_CASE("listener: addresses in words") {
  const auto parsed = [](const char* text) { return parse_listen_address(text).value(); };
  CHECK(parsed("127.0.0.1:5279") == std::pair<std::string, int>("127.0.0.1", 5279));
  CHECK(parsed(":5279") == std::pair<std::string, int>("", 5279));
  CHECK(parsed("[::1]:80") == std::pair<std::string, int>("::1", 80));
  CHECK(parsed("localhost:0") == std::pair<std::string, int>("localhost", 0));
}

TEST_CASE("listener: malformed addresses are Invalid") {
  for (const char* text :
       {"", "5279", "host", "host:", "host:x", "host:-1", "host:65536", "host:1 ", "::1:80",
        "[::1]", "[]:80", "[::1:80", "a b:80", "http://h:80"}) {
    const auto parsed = parse_listen_address(text);
    REQUIRE(!parsed.ok());
    CHECK(parsed.error().kind == ErrorKind::Invalid);
  }
}

TEST_CASE("listener: the kernel chooses port 0 and tells it") {
  const auto listeners = open_listeners("127.0.0.1", 0);
  REQUIRE(listeners.ok());
  CHECK(listeners->port > 0);
  CHECK(listeners->sockets.size() == 1);
}

TEST_CASE("listener: every address of a name gets the same port") {
  const auto listeners = open_listeners("localhost", 0);
  REQUIRE(listeners.ok());
  CHECK(listeners->port > 0);
  CHECK(!listeners->sockets.empty());
}

TEST_CASE("listener: a taken port and a foreign address are Unavailable, and say so") {
  const auto first = open_listeners("127.0.0.1", 0);
  REQUIRE(first.ok());
  const auto second = open_listeners("127.0.0.1", first->port);
  REQUIRE(!second.ok());
  CHECK(second.error().kind == ErrorKind::Unavailable);
  CHECK(second.error().message.find("Address already in use") != std::string::npos);
  const auto foreign = open_listeners("192.0.2.1", 0);
  REQUIRE(!foreign.ok());
  CHECK(foreign.error().message.find("this host has no such address") != std::string::npos);
}

TEST_CASE("listener: an IPv4 peer on an IPv6 socket is shown as IPv4") {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, "::ffff:192.0.2.7", &address.sin6_addr);
  CHECK(address_text(&address) == "192.0.2.7");
  ::inet_pton(AF_INET6, "2001:db8::1", &address.sin6_addr);
  CHECK(address_text(&address) == "2001:db8::1");
}
