#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("fibrechannel: counters are hexadecimal, all bits set means that none is kept") {
  BareHost host;
  host.sys("class/fc_host/host0/statistics/rx_frames", "0x1f\n");
  host.sys("class/fc_host/host0/statistics/nos_count", "0xffffffffffffffff\n");
  host.sys("class/fc_host/host0/port_id", "0x000002\n");
  const Samples found = host.bed.run("fibrechannel");
  CHECK(found.at(R"(node_fibrechannel_rx_frames_total{fc_host="host0"})") == 31);
  CHECK(found.size() == 2);
  CHECK(found.begin()->first.find(R"(port_id="000002")") != std::string::npos);
}
