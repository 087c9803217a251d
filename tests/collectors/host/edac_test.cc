#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("edac: controllers and rows, whatever else the folder has") {
  BareHost host;
  host.sys("devices/system/edac/mc/mc0/ce_count", "3\n");
  host.sys("devices/system/edac/mc/mc0/ue_count", "broken\n");
  host.sys("devices/system/edac/mc/mc0/csrow1/ue_count", "4\n");
  host.sys("devices/system/edac/mc/mcx/ce_count", "9\n");
  CHECK(host.bed.run("edac") ==
        Samples{{R"(node_edac_correctable_errors_total{controller="0"})", 3},
                {R"(node_edac_csrow_uncorrectable_errors_total{controller="0",csrow="1"})", 4}});
}

TEST_CASE("edac: a driver without controllers is no data") {
  BareHost host;
  host.sys("devices/system/edac/mc/power/control", "auto\n");
  host.bed.run("edac");
  CHECK(host.bed.failed(ErrorKind::NoData));
}
