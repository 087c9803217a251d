#include "alerting/notify/time_interval.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

/// The intervals written below `time_intervals` of one name.
NamedIntervals read(const std::string& yaml, std::string* wrong = nullptr) {
  config::Diagnostics diagnostics;
  const auto root = config::parse_yaml("t.yml", "name: x\ntime_intervals:\n" + yaml);
  REQUIRE(root.ok());
  config::Mapping map(*root, "", diagnostics);
  NamedIntervals named = read_time_intervals(map);
  map.finish();
  if (wrong != nullptr) {
    REQUIRE_FALSE(diagnostics.ok());
    *wrong = diagnostics.errors()[0].message;
  } else {
    REQUIRE(diagnostics.ok());
  }
  return named;
}

std::string refusal(const std::string& yaml) {
  std::string wrong;
  read(yaml, &wrong);
  return wrong;
}

bool holds(const NamedIntervals& intervals, std::string_view time) {
  return intervals.contains(parse_rfc3339(time).value());
}

}  // namespace

TEST_CASE("time interval: an empty one holds always, no interval never") {
  CHECK(holds(read("- {}"), "2026-11-20T12:00:00Z"));
  CHECK_FALSE(holds(NamedIntervals{}, "2026-11-20T12:00:00Z"));
}

TEST_CASE("time interval: times of day begin at their start and end before their end") {
  const auto day = read("- {times: [{start_time: '09:00', end_time: '17:00'}]}");
  CHECK_FALSE(holds(day, "2026-11-20T08:59:59Z"));
  CHECK(holds(day, "2026-11-20T09:00:00Z"));
  CHECK(holds(day, "2026-11-20T16:59:59.999Z"));
  CHECK_FALSE(holds(day, "2026-11-20T17:00:00Z"));
  CHECK(
      holds(read("- {times: [{start_time: '23:00', end_time: '24:00'}]}"), "2026-11-20T23:59:59Z"));
}

TEST_CASE("time interval: weekdays, months and years are ranges with both ends") {
  const auto work = read("- {weekdays: ['monday:friday', sunday]}");
  CHECK(holds(work, "2026-11-20T00:00:00Z"));        // a Friday
  CHECK_FALSE(holds(work, "2026-11-21T00:00:00Z"));  // a Saturday
  CHECK(holds(work, "2026-11-22T00:00:00Z"));
  const auto months = read("- {months: ['january:march', '5', december]}");
  CHECK(holds(months, "2026-03-31T00:00:00Z"));
  CHECK_FALSE(holds(months, "2026-04-01T00:00:00Z"));
  CHECK(holds(months, "2026-05-01T00:00:00Z"));
  CHECK(holds(months, "2026-12-01T00:00:00Z"));
  const auto years = read("- {years: ['2026:2027', 2030]}");
  CHECK(holds(years, "2027-12-31T23:59:59Z"));
  CHECK_FALSE(holds(years, "2028-01-01T00:00:00Z"));
  CHECK(holds(years, "2030-01-01T00:00:00Z"));
}

TEST_CASE("time interval: days below zero count from the month's end") {
  const auto last = read("- {days_of_month: ['-3:-1']}");
  CHECK(holds(last, "2026-02-26T00:00:00Z"));
  CHECK(holds(last, "2026-02-28T00:00:00Z"));
  CHECK_FALSE(holds(last, "2026-02-25T00:00:00Z"));
  CHECK(holds(last, "2028-02-29T00:00:00Z"));
  const auto rest = read("- {days_of_month: ['29:-1']}");
  CHECK_FALSE(holds(rest, "2026-02-28T00:00:00Z"));
  CHECK(holds(rest, "2026-01-31T00:00:00Z"));
  CHECK_FALSE(holds(read("- {days_of_month: ['31']}"), "2026-11-30T00:00:00Z"));
}

TEST_CASE("time interval: all conditions of one interval, any of several intervals") {
  const auto both = read(
      "- {weekdays: [friday], times: [{start_time: '10:00', end_time: '11:00'}]}\n"
      "- {months: [january]}");
  CHECK(holds(both, "2026-11-20T10:30:00Z"));
  CHECK_FALSE(holds(both, "2026-11-19T10:30:00Z"));
  CHECK(holds(both, "2026-01-05T00:00:00Z"));
}

TEST_CASE("time interval: the location's clock decides, summer time included") {
  const auto morning =
      read("- {location: Europe/Berlin, times: [{start_time: '08:00', end_time: '09:00'}]}");
  CHECK(holds(morning, "2026-01-15T07:30:00Z"));
  CHECK_FALSE(holds(morning, "2026-07-15T07:30:00Z"));
  CHECK(holds(morning, "2026-07-15T06:30:00Z"));
  const auto monday = read("- {location: Pacific/Auckland, weekdays: [monday]}");
  CHECK(holds(monday, "2026-11-22T12:00:00Z"));  // Sunday in UTC
}

TEST_CASE("time interval: what cannot be meant is an error that says why") {
  CHECK(refusal("- {weekdays: [someday]}").find("\"someday\" is not a day") != std::string::npos);
  CHECK(refusal("- {weekdays: ['friday:monday']}").find("ends before it begins") !=
        std::string::npos);
  CHECK(refusal("- {days_of_month: ['0']}").find("is not a day from 1 to 31") != std::string::npos);
  CHECK(refusal("- {days_of_month: ['-1:5']}").find("must end there too") != std::string::npos);
  CHECK(refusal("- {months: ['13']}").find("is not a month") != std::string::npos);
  CHECK(refusal("- {times: [{start_time: '9:00', end_time: '10:00'}]}").find("time of day") !=
        std::string::npos);
  CHECK(refusal("- {times: [{start_time: '22:00', end_time: '06:00'}]}").find("split") !=
        std::string::npos);
  CHECK(refusal("- {times: [{start_time: '22:00'}]}").find("must be given") != std::string::npos);
  CHECK(refusal("- {location: Mars/Olympus}").find("unknown time zone") != std::string::npos);
  CHECK(refusal("- {weekday: [monday]}").find("weekday") != std::string::npos);
}
