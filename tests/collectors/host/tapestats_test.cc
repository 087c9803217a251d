#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("tapestats: other ways to use the same tape are passed over") {
  BareHost host;
  host.sys("class/scsi_tape/st0/stats/read_ns", "1500000000\n");
  host.sys("class/scsi_tape/st0a/stats/read_ns", "1\n");
  host.sys("class/scsi_tape/nst0/stats/read_ns", "1\n");
  CHECK(host.bed.run("tapestats") ==
        Samples{{R"(node_tape_read_time_seconds_total{device="st0"})", 1.5}});
}
