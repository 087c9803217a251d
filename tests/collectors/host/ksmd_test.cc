#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("ksmd: milliseconds become seconds") {
  BareHost host;
  host.sys("kernel/mm/ksm/sleep_millisecs", "20\n");
  CHECK(host.bed.run("ksmd") == Samples{{"node_ksmd_sleep_seconds", 0.02}});
}
