#include "collectors/probe/suggestions.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {

constexpr std::string_view kHead =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

std::string line(const std::string& local, const std::string& state, int inode) {
  return "   0: " + local + " 00000000:0000 " + state +
         " 00000000:00000000 00:00000000 00000000     0        0 " + std::to_string(inode) +
         " 1 0000000000000000 100 0 0 10 0\n";
}

std::string suggested(const std::vector<Listener>& listeners,
                      const std::set<std::string>& probed = {}) {
  std::string text;
  for (const ProbeSuggestion& one : suggest(listeners, probed))
    text += one.module + " " + one.target + "\n";
  return text;
}

}  // namespace

TEST_CASE("probe suggestions: listening sockets of both families are read") {
  const std::string table = std::string(kHead) + line("0100007F:1F90", "0A", 7) +
                            line("00000000:0016", "0A", 8) + line("0100007F:1F91", "01", 9) +
                            line("00000000000000000000000001000000:0050", "0A", 10);
  const auto listeners = parse_listeners(table);
  REQUIRE(listeners.ok());
  REQUIRE(listeners->size() == 3);
  CHECK((*listeners)[0].address == "127.0.0.1");
  CHECK((*listeners)[0].port == 8080);
  CHECK((*listeners)[0].inode == 7);
  CHECK((*listeners)[1].address == "127.0.0.1");
  CHECK((*listeners)[1].port == 22);
  CHECK((*listeners)[2].address == "::1");
}

TEST_CASE("probe suggestions: what is no table is Invalid, a cut one too") {
  CHECK_FALSE(parse_listeners(""));
  CHECK_FALSE(parse_listeners("nonsense\n"));
  CHECK(parse_listeners(kHead)->empty());
  const std::string table = std::string(kHead) + line("0100007F:1F90", "0A", 7);
  CHECK_FALSE(parse_listeners(table.substr(0, kHead.size() + 40)));
  CHECK_FALSE(parse_listeners(std::string(kHead) + line("0100:1F90", "0A", 7)));
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

TEST_CASE("probe suggestions: this host's own tables are read without a word") {
  CHECK_NOTHROW(read_listeners("/proc"));
  CHECK(read_listeners("/nowhere").empty());
}
