#include "alerting/schedule.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("schedule: short intervals have phase 0, longer ones whole seconds below the interval") {
  CHECK(group_phase("a", 5s) == 0s);
  const Duration phase = group_phase("file;group", 60s);
  CHECK(phase >= 0s);
  CHECK(phase < 60s);
  CHECK(phase % 1s == 0s);
  CHECK(group_phase("file;group", 60s) == phase);
}

TEST_CASE("schedule: due times sit on the grid") {
  CHECK(newest_due(from_millis(10'999), 5s, 0s) == from_millis(10'000));
  CHECK(newest_due(from_millis(10'999), 10s, 3s) == from_millis(3'000));
  CHECK(newest_due(from_millis(13'000), 10s, 3s) == from_millis(13'000));
}

TEST_CASE("fnv1a: the published test values") {
  CHECK(fnv1a("") == 0xcbf29ce484222325u);
  CHECK(fnv1a("a") == 0xaf63dc4c8601ec8cu);
  CHECK(fnv1a("foobar") == 0x85944171f73967e8u);
}
