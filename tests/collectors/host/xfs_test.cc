#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("xfs: devices, but not the sum over them") {
  BareHost host;
  host.sys("fs/xfs/sda1/stats/stats", "rw 107739 94045\n");
  host.sys("fs/xfs/stats/stats", "rw 1 1\n");
  host.sys("fs/xfs/debug/bug_on_assert", "0\n");
  CHECK(host.bed.run("xfs") == Samples{{R"(node_xfs_write_calls_total{device="sda1"})", 107739},
                                       {R"(node_xfs_read_calls_total{device="sda1"})", 94045}});
}
