#include "collectors/probe/suggestions.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "tests/collectors/latency/packets.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::collectors::probe;
using lapwing::testing::address;
using latency::IpAddress;

namespace {

std::string suggested(const std::vector<Listener>& listeners,
                      const std::set<std::string>& probed = {}) {
  std::string text;
  for (const ProbeSuggestion& one : suggest(listeners, probed))
    text += one.module + " " + one.target + "\n";
  return text;
}

}  // namespace

TEST_CASE("probe suggestions: listening sockets of both families, by how they are called") {
  const auto listeners =
      listeners_of({{.local = {address(127, 0, 0, 1), 8080}, .inode = 7, .listening = true},
                    {.local = {address(0, 0, 0, 0), 22}, .inode = 8, .listening = true},
                    {.local = {address(127, 0, 0, 1), 8081}, .inode = 9},
                    {.local = {IpAddress{}, 80}, .inode = 10, .listening = true}});
  REQUIRE(listeners.size() == 3);
  CHECK(listeners[0].address == "127.0.0.1");
  CHECK(listeners[0].port == 8080);
  CHECK(listeners[0].inode == 7);
  CHECK(listeners[1].address == "127.0.0.1");
  CHECK(listeners[1].port == 22);
  CHECK(listeners[2].address == "127.0.0.1");
}

TEST_CASE("probe suggestions: by program and by port; what nobody knows is left alone") {
  CHECK(suggested({{"127.0.0.1", 80, 0, "nginx"},
                   {"127.0.0.1", 443, 0, "nginx"},
                   {"127.0.0.1", 1234, 0, "redis-server"},
                   {"::1", 5432, 0, ""},
                   {"127.0.0.1", 40'000, 0, "thing"},
                   {"127.0.0.1", 80, 0, "nginx"}}) ==
        "redis_ping 127.0.0.1:1234\ntcp_connect [::1]:5432\nhttp_2xx http://127.0.0.1:80\n"
        "http_2xx https://127.0.0.1:443\n");
}

TEST_CASE("probe suggestions: what is probed already is not suggested") {
  const std::vector<Listener> listeners{{"127.0.0.1", 80, 0, ""}, {"127.0.0.1", 22, 0, ""}};
  CHECK(suggested(listeners, {"http://127.0.0.1:80", "127.0.0.1:22"}) == "");
}

TEST_CASE("probe suggestions: a socket of this process is found, with its program") {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::listen(fd.get(), 1) == 0);  // on any address, at a port of the kernel's choice
  sockaddr_in where{};
  socklen_t size = sizeof where;
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&where), &size) == 0);
  const auto found = read_listeners("/proc");
  REQUIRE(found.ok());
  CHECK(std::any_of(found->begin(), found->end(), [&](const Listener& one) {
    return one.port == ntohs(where.sin_port) && one.program.starts_with("collectors_prob");
  }));
  const auto nameless = read_listeners("/nowhere");
  REQUIRE(nameless.ok());
  CHECK(std::all_of(nameless->begin(), nameless->end(),
                    [](const Listener& one) { return one.program.empty(); }));
}

TEST_CASE("probe suggestions: what jobs name in their configuration is probed already") {
  scrape::Job job;
  job.discovery.static_groups.push_back({.targets = {{{"__address__", "127.0.0.1:22"}}}});
  CHECK(probed_targets({job}) == std::set<std::string>{"127.0.0.1:22"});
}
