#include "agent/cli/moment.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using cli::parse_moment;

TEST_CASE("moment: dates, seconds, now and durations back from it") {
  const Timestamp now = from_millis(1'700'000'000'000);
  CHECK(*parse_moment("at", "now", now) == now);
  CHECK(*parse_moment("at", "-1h", now) == now - 1h);
  CHECK(*parse_moment("at", "1700000000.5", now) == now + 500ms);
  CHECK(*parse_moment("at", "2023-11-14T22:13:20Z", now) == now);
}

TEST_CASE("moment: what is none is told with the option's name") {
  for (const char* text : {"", "yesterday", "-x", "1e300", "-"}) {
    const auto moment = parse_moment("at", text, from_millis(0));
    REQUIRE_FALSE(moment.ok());
    CHECK_THAT(moment.error().message, Catch::Contains("--at"));
  }
}
