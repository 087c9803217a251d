#include "collectors/host/pressure.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

TEST_CASE("pressure: totals of some and full; older kernels lack full") {
  auto totals =
      parse_pressure("some avg10=1.50 avg60=0.75 avg300=0.10 total=7\nfull avg10=0.00 total=5\n");
  REQUIRE(totals.ok());
  CHECK(totals->some_microseconds == 7);
  CHECK(totals->full_microseconds == 5);
  totals = parse_pressure("some avg10=0.00 total=7");
  REQUIRE(totals.ok());
  CHECK(totals->some_microseconds == 7);
  CHECK_FALSE(totals->full_microseconds);
}

TEST_CASE("pressure: lines of other kinds are skipped") {
  const auto totals = parse_pressure("most avg10=0.00 total=9\nfull avg10=0.00 total=5\n");
  REQUIRE(totals.ok());
  CHECK_FALSE(totals->some_microseconds);
  CHECK(totals->full_microseconds == 5);
}

TEST_CASE("pressure: a line without total, and empty, malformed and truncated ones, are Invalid") {
  for (const char* text : {"", "\n", "some avg10=0\n", "some total=x\n", "some", "some total=",
                           "some avg10=0 total=1\nfull avg10=0 tot", "some total=1 2\n"}) {
    INFO(text);
    CHECK_FALSE(parse_pressure(text).ok());
  }
}

TEST_CASE("pressure: microseconds become seconds, all CPUs stalled is left out") {
  BareHost host;
  const std::string both = "some total=2500000\nfull total=500000\n";
  for (const char* file : {"cpu", "io", "memory"}) host.proc(std::string("pressure/") + file, both);
  host.proc("pressure/irq", "full total=1\n");
  CHECK(host.bed.run("pressure") == Samples{{"node_pressure_cpu_waiting_seconds_total", 2.5},
                                            {"node_pressure_io_waiting_seconds_total", 2.5},
                                            {"node_pressure_io_stalled_seconds_total", 0.5},
                                            {"node_pressure_memory_waiting_seconds_total", 2.5},
                                            {"node_pressure_memory_stalled_seconds_total", 0.5},
                                            {"node_pressure_irq_stalled_seconds_total", 1e-6}});
}

TEST_CASE("pressure: without irq's file the others serve; a malformed one fails and is named") {
  BareHost host;
  host.bed.run("pressure");
  CHECK(host.bed.failed(ErrorKind::NoData));
  for (const char* file : {"cpu", "io", "memory"})
    host.proc(std::string("pressure/") + file, "some total=1\nfull total=1\n");
  CHECK(host.bed.run("pressure").size() == 5);
  CHECK(host.bed.last.ok());
  host.proc("pressure/irq", "full\n");
  host.bed.run("pressure");
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("pressure/irq") != std::string::npos);
}
