#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("nvme: a controller that goes away keeps what it still tells") {
  BareHost host;
  host.sys("class/nvme/nvme0/model", "Disk  \n");
  host.sys("class/nvme/nvme0/state", "dead\n");
  CHECK(host.bed.run("nvme") ==
        Samples{{R"(node_nvme_info{cntlid="",device="nvme0",firmware_revision="",model="Disk",)"
                 R"(serial="",state="dead"})",
                 1}});
}
