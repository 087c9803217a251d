#include "collectors/host/cpu_topology.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_cpu_list;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("cpu_topology: lists of CPUs") {
  CHECK(parse_cpu_list("")->empty());
  CHECK(*parse_cpu_list("3") == std::vector<std::uint32_t>{3});
  CHECK(*parse_cpu_list("0-2,8") == std::vector<std::uint32_t>{0, 1, 2, 8});
  for (const char* text : {"a", "1-", "-1", "3-1", "0-65536", "1,,2", "0-65535,0-65535"})
    CHECK_FALSE(parse_cpu_list(text).ok());
}

TEST_CASE("cpu_topology: CPUs that share a core and a package count once") {
  BareHost host;
  for (const char* cpu : {"cpu0", "cpu1"}) {
    const std::string folder = std::string("devices/system/cpu/") + cpu;
    host.sys(folder + "/topology/physical_package_id", "0\n");
    host.sys(folder + "/topology/core_id", "0\n");
    host.sys(folder + "/thermal_throttle/core_throttle_count", "5\n");
    host.sys(folder + "/thermal_throttle/package_throttle_count", "7\n");
  }
  host.sys("devices/system/cpu/cpu1/online", "0\n");
  host.sys("devices/system/cpu/isolated", "1\n");
  CHECK(host.bed.run("cpu_topology") ==
        Samples{{R"(node_cpu_core_throttles_total{core="0",package="0"})", 5},
                {R"(node_cpu_package_throttles_total{package="0"})", 7},
                {R"(node_cpu_online{cpu="1"})", 0},
                {R"(node_cpu_isolated{cpu="1"})", 1}});
}
