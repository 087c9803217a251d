#include "collectors/host/processes.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_process_stat;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

namespace {
std::string stat_of(const char* name, const char* state, const char* threads) {
  return std::string("10 (") + name + ") " + state + " 0 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 " +
         threads + " 0 9\n";
}
}  // namespace

TEST_CASE("processes: a command may have blanks and brackets in its name") {
  const auto process = parse_process_stat(stat_of("a) R (b", "S", "3"));
  REQUIRE(process.ok());
  CHECK(process->state == 'S');
  CHECK(process->threads == 3);
  for (const std::string& text : {std::string(), std::string("10 (a"), std::string("10 (a) S 1 2"),
                                  stat_of("a", "SS", "1"), stat_of("a", "S", "x")})
    CHECK_FALSE(parse_process_stat(text).ok());
}

TEST_CASE("processes: those that ended since the folder was read are left out") {
  BareHost host;
  host.proc("7/stat", stat_of("a", "S", "1"));
  host.proc("8/cmdline", "");  // its stat is gone
  host.proc("9/stat", stat_of("b", "R", "2"));
  host.proc("9/task/9/stat", stat_of("b", "R", "2"));
  host.proc("9/task/10/comm", "");
  host.proc("self/stat", stat_of("c", "R", "1"));
  CHECK(host.bed.run("processes") ==
        Samples{{"node_processes_pids", 2},
                {"node_processes_threads", 3},
                {R"(node_processes_state{state="S"})", 1},
                {R"(node_processes_state{state="R"})", 1},
                {R"(node_processes_threads_state{thread_state="S"})", 1},
                {R"(node_processes_threads_state{thread_state="R"})", 1}});
}
