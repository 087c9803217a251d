#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("bonding: devices are up as the bond sees them, in each of the kernels' ways") {
  BareHost host;
  host.sys("class/net/bonding_masters", "b0 b1\n");
  host.sys("class/net/b0/bonding/slaves", "e1 e2 e3\n");
  host.sys("class/net/b0/lower_e1/bonding_slave/mii_status", "up\n");
  host.sys("class/net/b0/slave_e2/bonding_slave/mii_status", "down\n");
  host.sys("class/net/b0/slave_e3/operstate", "up\n");
  CHECK(host.bed.run("bonding") == Samples{{R"(node_bonding_slaves{master="b0"})", 3},
                                           {R"(node_bonding_active{master="b0"})", 2},
                                           {R"(node_bonding_slaves{master="b1"})", 0},
                                           {R"(node_bonding_active{master="b1"})", 0}});
}

TEST_CASE("bonding: a driver without bonds is no data") {
  BareHost host;
  host.sys("class/net/bonding_masters", "\n");
  host.bed.run("bonding");
  CHECK(host.bed.failed(ErrorKind::NoData));
}
