#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("thermal_zone: temperatures below zero, and what cools") {
  BareHost host;
  host.sys("class/thermal/thermal_zone0/type", "soc\n");
  host.sys("class/thermal/thermal_zone0/temp", "-8000\n");
  host.sys("class/thermal/cooling_device3/type", "Fan\n");
  host.sys("class/thermal/cooling_device3/cur_state", "1\n");
  CHECK(host.bed.run("thermal_zone") ==
        Samples{{R"(node_thermal_zone_temp{type="soc",zone="0"})", -8},
                {R"(node_cooling_device_cur_state{name="3",type="Fan"})", 1}});
}

TEST_CASE("thermal_zone: a zone that is off has no temperature; an empty folder is no data") {
  BareHost host;
  host.sys("class/thermal/thermal_zone0/type", "soc\n");
  CHECK(host.bed.run("thermal_zone").empty());
  CHECK(host.bed.last.ok());
  BareHost empty;
  std::filesystem::create_directories(empty.folder / "sys/class/thermal");
  empty.bed.run("thermal_zone");
  CHECK(empty.bed.failed(ErrorKind::NoData));
}
