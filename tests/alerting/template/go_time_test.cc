// What Go's time package prints was asked of real Alertmanager: amtool template render.
#include "alerting/template/go_time.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

GoTime at(std::string_view text) { return parse_go_time(text).value(); }

}  // namespace

TEST_CASE("go time: every element of a layout") {
  const GoTime time = at("2026-03-05T07:08:09.012345678Z");
  struct Case {
    const char* layout;
    const char* expected;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"2006-01-02 15:04:05", "2026-03-05 07:08:09"},
           {"06/1/2 3:4:5", "26/3/5 7:8:9"},
           {"03:04PM 3pm", "07:08AM 7am"},
           {"Monday Mon January Jan", "Thursday Thu March Mar"},
           {"_2 002 __2", " 5 064  64"},
           {"MST -0700 -07:00 -07 Z0700 Z07:00 Z07", "UTC +0000 +00:00 +00 Z Z Z"},
           {"05.000 05.999 05,00 .000000000", "09.012 09.012 09,01 .012345678"},
           {"Month Monthly _2006 5.0x", "Month Monthly _2026 9.0x"},
           {"", ""},
           {"no elements: !", "no elements: !"}}) {
    CAPTURE(c.layout);
    CHECK(format_go_time(time, c.layout) == c.expected);
  }
}

TEST_CASE("go time: midnight is 12 AM, noon 12 PM") {
  CHECK(format_go_time(at("2026-03-05T00:30:00Z"), "3:04 PM 15") == "12:30 AM 00");
  CHECK(format_go_time(at("2026-03-05T12:30:00Z"), "3:04 PM 15") == "12:30 PM 12");
}

TEST_CASE("go time: in a zone, and with an offset that has no name") {
  GoTime time = at("2026-07-05T07:08:09Z");
  time.zone = TimeZone::find("Europe/Berlin").value();
  CHECK(go_time_text(time) == "2026-07-05 09:08:09 +0200 CEST");
  CHECK(go_time_text(at("2026-01-02T11:04:05.5+08:00")) == "2026-01-02 11:04:05.5 +0800 +0800");
  CHECK(go_time_json(at("2026-01-02T11:04:05-03:30")) == "2026-01-02T11:04:05-03:30");
}

TEST_CASE("go time: the zero time is the year 1") {
  CHECK(GoTime().zero());
  CHECK(go_time_text(GoTime()) == "0001-01-01 00:00:00 +0000 UTC");
  CHECK(go_time_json(at("0001-01-01T00:00:00Z")) == "0001-01-01T00:00:00Z");
}

TEST_CASE("go time: moved, and the distance of two") {
  const GoTime time = at("1969-12-31T23:59:59.9Z");
  CHECK(go_time_json(time.plus(200'000'000)) == "1970-01-01T00:00:00.1Z");
  CHECK(go_time_json(time.plus(-900'000'001)) == "1969-12-31T23:59:58.999999999Z");
  CHECK(time.plus(5).minus(time) == 5);
  CHECK(GoTime().minus(at("2026-01-01T00:00:00Z")) == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("go time: from milliseconds before 1970 too") {
  CHECK(go_time_json(GoTime::from(from_millis(-1))) == "1969-12-31T23:59:59.999Z");
  CHECK(go_time_json(GoTime::from(from_millis(1500))) == "1970-01-01T00:00:01.5Z");
}

TEST_CASE("go time: what is no RFC 3339 is Invalid") {
  for (const char* text : {"", "2026", "2026-01-02", "yesterday", "2026-13-01T00:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_go_time(text).ok());
  }
}

TEST_CASE("go time: a duration as Go prints it") {
  CHECK(go_duration_text(0) == "0s");
  CHECK(go_duration_text(90'500'000'000) == "1m30.5s");
  CHECK(go_duration_text(-3'600'000'000'000) == "-1h0m0s");
  CHECK(go_duration_text(1500) == "1.5µs");
  CHECK(go_duration_text(2'000'000) == "2ms");
  CHECK(go_duration_text(7) == "7ns");
}
