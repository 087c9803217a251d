#include "collectors/host/kernel_hung.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("kernel hung: the count by the exporter's name and by the dashboard's") {
  BareHost host;
  host.proc("sys/kernel/hung_task_detect_count", "2\n");
  CHECK(host.bed.run("kernel_hung") ==
        Samples{{"node_kernel_hung_tasks", 2}, {"node_kernel_hung_tasks_total", 2}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("kernel hung: kernels before 6.13 have no data, malformed content is Invalid") {
  BareHost host;
  host.bed.run("kernel_hung");
  CHECK(host.bed.failed(ErrorKind::NoData));
  for (const char* text : {"", "two\n"}) {
    host.proc("sys/kernel/hung_task_detect_count", text);
    CHECK(host.bed.run("kernel_hung").empty());
    CHECK(host.bed.failed(ErrorKind::Invalid));
  }
}
