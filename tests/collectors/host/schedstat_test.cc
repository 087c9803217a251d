#include "collectors/host/schedstat.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("schedstat: the last three numbers of a CPU's line; domains and times are skipped") {
  const auto cpus = parse_scheduler_times(
      "version 15\ntimestamp 43\ncpu3 0 0 0 0 0 0 7 8 9\ndomain0 03 0 0\ncpu12 1 2 3 4 5 6 1 1 "
      "1\n");
  REQUIRE(cpus.ok());
  REQUIRE(cpus->size() == 2);
  CHECK(cpus->at(0).cpu == "3");
  CHECK(cpus->at(0).running_nanoseconds == 7);
  CHECK(cpus->at(0).waiting_nanoseconds == 8);
  CHECK(cpus->at(0).timeslices == 9);
  CHECK(cpus->at(1).cpu == "12");
}

TEST_CASE("schedstat: a version alone has no CPUs") {
  const auto cpus = parse_scheduler_times("version 17\n");
  REQUIRE(cpus.ok());
  CHECK(cpus->empty());
}

TEST_CASE("schedstat: no version, and empty, malformed and truncated content, is Invalid") {
  for (const char* text :
       {"", "cpu0 0 0 0 0 0 0 7 8 9\n", "version 15\ncpu0 0 0 0 0 0 0 7 8\n", "version 15\ncpu0",
        "version 15\ncpu0 0 0 0 0 0 0 7 8 x\n", "version 15\ncpu0 0 0 0 0 0 0 7 8 -9\n"}) {
    INFO(text);
    CHECK_FALSE(parse_scheduler_times(text).ok());
  }
}

TEST_CASE("schedstat: nanoseconds become seconds") {
  BareHost host;
  host.proc("schedstat", "version 15\ncpu0 0 0 0 0 0 0 2500000000 500000000 123\n");
  CHECK(host.bed.run("schedstat") ==
        Samples{{R"(node_schedstat_running_seconds_total{cpu="0"})", 2.5},
                {R"(node_schedstat_waiting_seconds_total{cpu="0"})", 0.5},
                {R"(node_schedstat_timeslices_total{cpu="0"})", 123}});
  host.proc("schedstat", "version 15\ncpu0 1\n");
  CHECK(host.bed.run("schedstat").empty());
  CHECK(host.bed.failed(ErrorKind::Invalid));
}
