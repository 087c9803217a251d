#include "collectors/host/stat.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("stat: each known line, in any order") {
  const auto found = parse_kernel_statistics(
      "cpu  1 2 3 4\nprocs_blocked 1\nintr 885 0 9\nctxt 5\nbtime 17\nprocesses 4\nprocs_running "
      "3\n"
      "softirq 5000 1 2");
  REQUIRE(found.ok());
  CHECK(found->interrupts == 885);
  CHECK(found->context_switches == 5);
  CHECK(found->boot_time == 17);
  CHECK(found->forks == 4);
  CHECK(found->running == 3);
  CHECK(found->blocked == 1);
}

TEST_CASE("stat: missing lines are no values, unknown ones are skipped") {
  const auto found = parse_kernel_statistics("ctxt 5\nwat 6\nctxtual 7\n");
  REQUIRE(found.ok());
  CHECK(found->context_switches == 5);
  CHECK_FALSE(found->forks);
  CHECK_FALSE(found->interrupts);
}

TEST_CASE("stat: empty content, and a known line without a number, is Invalid") {
  for (const char* text :
       {"", "ctxt x\n", "ctxt ", "btime -1\n", "intr \n", "ctxt 5\nprocesses "}) {
    INFO(text);
    CHECK_FALSE(parse_kernel_statistics(text).ok());
  }
}

TEST_CASE("stat: what a kernel does not tell is left out, malformed content fails and is named") {
  BareHost host;
  host.proc("stat", "cpu  1 2 3 4\nctxt 5\nbtime 17\n");
  CHECK(host.bed.run("stat") ==
        Samples{{"node_context_switches_total", 5}, {"node_boot_time_seconds", 17}});
  host.proc("stat", "ctxt many\n");
  CHECK(host.bed.run("stat").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("proc/stat") != std::string::npos);
}
