#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("selinux: off, reporting and enforcing") {
  BareHost host;
  host.sys("fs/keep", "");
  CHECK(host.bed.run("selinux") == Samples{{"node_selinux_enabled", 0}});
  host.sys("fs/selinux/enforce", "1");
  CHECK(host.bed.run("selinux") ==
        Samples{{"node_selinux_enabled", 1}, {"node_selinux_current_mode", 1}});
}
