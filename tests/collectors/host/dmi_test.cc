#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("dmi: what the firmware does not say, or not to us, is empty") {
  BareHost host;
  host.sys("class/dmi/id/sys_vendor", "Dell Inc.\n");
  const Samples found = host.bed.run("dmi");
  REQUIRE(found.size() == 1);
  CHECK(found.begin()->first.find(R"(product_serial="")") != std::string::npos);
  CHECK(found.begin()->first.find(R"(system_vendor="Dell Inc.")") != std::string::npos);
}
