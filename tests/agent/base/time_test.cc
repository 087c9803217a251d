#include "agent/base/time.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("time: durations read as Prometheus writes them") {
  CHECK(*parse_duration("1h30m") == 90min);
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("2w") == 336h);
  CHECK(*parse_duration("1y2w3d4h5m6s7ms") ==
        Duration(32'850'000'000 - 1'314'000'000 + 1'209'600'000 + 259'200'000 + 14'400'000 +
                 300'000 + 6'000 + 7));
  CHECK(*parse_duration("0") == 0ms);
}

TEST_CASE("time: a duration needs numbers, known units and falling order") {
  for (const char* text : {"", "5", "m", "5x", "5m1h", "5m5m", "-5m", "1.5h", "5 m", " 5m"}) {
    INFO(text);
    CHECK(parse_duration(text).error().kind == ErrorKind::Invalid);
  }
  CHECK(parse_duration("9999999999y").error().message.find("out of range") != std::string::npos);
}

TEST_CASE("time: durations print in the form that reads back") {
  for (const char* text : {"0s", "5s", "1m30s", "1h30m", "90d", "2w", "1y", "250ms"}) {
    INFO(text);
    CHECK(*parse_duration(format_duration(*parse_duration(text))) == *parse_duration(text));
  }
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(25h) == "1d1h");
  CHECK(format_duration(90 * 24h) == "90d");
  CHECK(format_duration(14 * 24h) == "2w");
  CHECK(format_duration(-5s) == "-5s");
}

TEST_CASE("time: RFC 3339 both ways") {
  const Timestamp time = from_millis(1'770'779'527'123);
  CHECK(format_rfc3339(time) == "2026-02-11T03:12:07.123Z");
  CHECK(*parse_rfc3339("2026-02-11T03:12:07.123Z") == time);
  CHECK(*parse_rfc3339("2026-02-11T05:12:07.1239+02:00") == time);
  CHECK(format_rfc3339(from_millis(0)) == "1970-01-01T00:00:00Z");
}

TEST_CASE("time: malformed RFC 3339 is Invalid") {
  for (const char* text : {"", "2026", "2026-02-30T00:00:00Z", "2026-02-11 03:12:07Z",
                           "2026-02-11T24:00:00Z", "2026-02-11T03:12:07", "2026-02-11T03:12:07.Z",
                           "2026-02-11T03:12:07Zx", "2026-02-11T03:12:07+0200"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text).ok());
  }
}

TEST_CASE("time: floor_to finds the grid, before 1970 too") {
  CHECK(floor_to(from_millis(12'345), 1s) == from_millis(12'000));
  CHECK(floor_to(from_millis(12'000), 1s) == from_millis(12'000));
  CHECK(floor_to(from_millis(-1), 1s) == from_millis(-1'000));
}
