#include "collectors/host/meminfo_numa.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_node_memory;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("meminfo_numa: pages have no unit, the rest is kibibytes") {
  const auto fields = parse_node_memory("Node 1 Active(anon):  7 kB\nNode 1 HugePages_Free: 2\n");
  REQUIRE(fields.ok());
  REQUIRE(fields->size() == 2);
  CHECK(fields->at(0).key == "Active(anon)");
  CHECK(fields->at(0).kibibytes);
  CHECK_FALSE(fields->at(1).kibibytes);
  for (const char* text : {"", "MemTotal: 1 kB\n", "Node 0 MemTotal\n", "Node 0 MemTotal: x\n"})
    CHECK_FALSE(parse_node_memory(text).ok());
}

TEST_CASE("meminfo_numa: a node that has only counters") {
  BareHost host;
  host.sys("devices/system/node/node1/numastat", "numa_hit 5\n");
  host.sys("devices/system/node/possible", "0-1\n");
  CHECK(host.bed.run("meminfo_numa") ==
        Samples{{R"(node_memory_numa_numa_hit_total{node="1"})", 5}});
}
