#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("watchdog: what it tells") {
  BareHost host;
  host.sys("class/watchdog/watchdog0/timeout", "60\n");
  host.sys("class/watchdog/watchdog0/identity", "Software Watchdog\n");
  const Samples found = host.bed.run("watchdog");
  CHECK(found.at(R"(node_watchdog_timeout_seconds{name="watchdog0"})") == 60);
  CHECK(found.size() == 2);
}
