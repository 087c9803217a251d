#include "agent/base/time_zone.h"

#include <catch2/catch.hpp>

using namespace lapwing;

namespace {

Timestamp at(std::string_view rfc3339) { return parse_rfc3339(rfc3339).value(); }

}  // namespace

TEST_CASE("time zone: UTC is what nobody asked otherwise") {
  CHECK(TimeZone().name() == "UTC");
  CHECK(TimeZone().offset(at("2026-07-01T00:00:00Z")) == 0s);
  CHECK(TimeZone::find("UTC").value().offset(at("2026-07-01T00:00:00Z")) == 0s);
}

TEST_CASE("time zone: summer time begins and ends in the night that the law says") {
  const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
  CHECK(berlin.name() == "Europe/Berlin");
  CHECK(berlin.offset(at("2026-03-29T00:59:59Z")) == 1h);
  CHECK(berlin.offset(at("2026-03-29T01:00:00Z")) == 2h);
  CHECK(berlin.offset(at("2026-10-25T00:59:59Z")) == 2h);
  CHECK(berlin.offset(at("2026-10-25T01:00:00Z")) == 1h);
}

TEST_CASE("time zone: offsets need not be whole hours, nor times after 1970") {
  const TimeZone kathmandu = TimeZone::find("Asia/Kathmandu").value();
  CHECK(kathmandu.offset(at("2026-01-01T00:00:00Z")) == 5h + 45min);
  CHECK(kathmandu.offset(at("1969-01-01T00:00:00Z")) == 5h + 30min);
}

TEST_CASE("time zone: the host's own is Local") { CHECK(TimeZone::find("Local")); }

TEST_CASE("time zone: an unknown name is Invalid") {
  const auto nowhere = TimeZone::find("Mars/Olympus");
  REQUIRE(!nowhere);
  CHECK(nowhere.error().kind == ErrorKind::Invalid);
  CHECK(nowhere.error().message == "unknown time zone Mars/Olympus");
}
