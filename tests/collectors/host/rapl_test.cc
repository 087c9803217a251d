#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("rapl: the number behind a zone's name is its index; zones that hide are left out") {
  BareHost host;
  host.sys("class/powercap/intel-rapl:1/name", "package-10\n");
  host.sys("class/powercap/intel-rapl:1/energy_uj", "2500000\n");
  host.sys("class/powercap/intel-rapl:2/name", "psys\n");
  CHECK(host.bed.run("rapl") ==
        Samples{{"node_rapl_package_joules_total{index=\"10\",path=\"" +
                     (host.folder / "sys/class/powercap/intel-rapl:1") + "\"}",
                 2.5}});
}
