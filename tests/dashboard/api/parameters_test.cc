#include "dashboard/api/parameters.h"

#include <catch2/catch.hpp>

namespace lapwing::dashboard::api {
namespace {

http::Request with(http::Pairs parameters) {
  http::Request request;
  request.parameters = std::move(parameters);
  return request;
}

TEST_CASE("parse_time: seconds and RFC 3339, rounded to milliseconds") {
  CHECK(parse_time("1700000000").value() == from_millis(1'700'000'000'000));
  CHECK(parse_time("1.7e9").value() == from_millis(1'700'000'000'000));
  CHECK(parse_time("5.0006").value() == from_millis(5001));
  CHECK(parse_time("-5.5").value() == from_millis(-5500));
  CHECK(parse_time("2023-11-14T22:13:20.5Z").value() == from_millis(1'700'000'000'500));
}

TEST_CASE("parse_time: what lies too far away is cut to the farthest time") {
  CHECK(parse_time("1e300").value() == kFarthestTime);
  CHECK(parse_time("Inf").value() == kFarthestTime);
  CHECK(parse_time("-Inf").value() == from_millis(-to_millis(kFarthestTime)));
  CHECK(parse_time("-292273086-05-16T16:47:06Z").value() == from_millis(-to_millis(kFarthestTime)));
  CHECK(parse_time("292277025-08-18T07:12:54.999999999Z").value() == kFarthestTime);
  CHECK(parse_time("+292277025-08-18T07:12:54.999999999Z").value() == kFarthestTime);
}

TEST_CASE("parse_time: anything else is refused in Prometheus's words") {
  for (const std::string text : {"", "abc", "NaN", "12x", "2023-11-14", "+", "1 2"}) {
    INFO(text);
    const Result<Timestamp> time = parse_time(text);
    REQUIRE_FALSE(time.ok());
    CHECK(time.error().message == "cannot parse \"" + text + "\" to a valid timestamp");
  }
}

TEST_CASE("parse_api_duration: seconds or units, and nothing beyond 292 years") {
  using std::chrono::nanoseconds;
  CHECK(parse_api_duration("15").value() == nanoseconds(15s));
  CHECK(parse_api_duration("0.5").value() == nanoseconds(500ms));
  CHECK(parse_api_duration("-1").value() == nanoseconds(-1s));
  CHECK(parse_api_duration("1h30m").value() == nanoseconds(90min));
  CHECK(parse_api_duration("").error().message == "cannot parse \"\" to a valid duration");
  CHECK(parse_api_duration("1ns").error().message == "cannot parse \"1ns\" to a valid duration");
  CHECK(parse_api_duration("1e300").error().message ==
        "cannot parse \"1e300\" to a valid duration. It overflows int64");
  // Less than any duration, as Go makes of it.
  CHECK(parse_api_duration("NaN").value() == nanoseconds::min());
  CHECK_FALSE(parse_api_duration("400y").ok());
}

TEST_CASE("time_parameter: missing or empty is the fallback") {
  CHECK(time_parameter(with({}), "start", from_millis(7)).value() == from_millis(7));
  CHECK(time_parameter(with({{"start", ""}}), "start", from_millis(7)).value() == from_millis(7));
  CHECK(time_parameter(with({{"start", "x"}}), "start", from_millis(7)).error().message ==
        "invalid parameter \"start\": invalid time value for 'start': cannot parse \"x\" to a "
        "valid timestamp");
}

TEST_CASE("limit_parameter: a whole number from zero on") {
  CHECK(limit_parameter(with({})).value() == 0);
  CHECK(limit_parameter(with({{"limit", "12"}})).value() == 12);
  CHECK(limit_parameter(with({{"limit", "+3"}})).value() == 3);
  for (const char* text : {"-1", "1.5", "x", "+", "+-1", "99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(limit_parameter(with({{"limit", text}})).ok());
  }
}

TEST_CASE("range_parameters: all of time unless told") {
  const TimeRange range = range_parameters(with({})).value();
  CHECK(range.from == kBeginningOfTime);
  CHECK(range.to == kNever);
  const TimeRange told = range_parameters(with({{"start", "1"}, {"end", "2"}})).value();
  CHECK(told.from == from_millis(1000));
  CHECK(told.to == from_millis(2000));
  CHECK_FALSE(range_parameters(with({{"end", "x"}})).ok());
}

TEST_CASE("matcher_parameters: each selector, none that matches everything") {
  const auto two = matcher_parameters(with({{"match[]", "up"}, {"match[]", "{a=\"b\",c!=\"\"}"}}));
  REQUIRE(two.ok());
  REQUIRE(two->size() == 2);
  CHECK((*two)[1].size() == 2);
  CHECK(matcher_parameters(with({})).value().empty());
  for (const char* text : {"{}", "{a=\"\"}", "{a=~\".*\"}", "up(", "", "sum(up)"}) {
    INFO(text);
    CHECK_FALSE(matcher_parameters(with({{"match[]", text}})).ok());
  }
}

TEST_CASE("flag_parameter: Go's spellings of true and false") {
  CHECK(flag_parameter(with({{"f", "True"}}), "f").value());
  CHECK_FALSE(flag_parameter(with({{"f", "F"}}), "f").value());
  CHECK_FALSE(flag_parameter(with({}), "f").value());
  CHECK(flag_parameter(with({{"f", "yes"}}), "f").error().message ==
        "invalid parameter \"f\": error converting f: strconv.ParseBool: parsing \"yes\": invalid "
        "syntax");
}

TEST_CASE("unescape_name: U__ forms, and everything else as it is") {
  CHECK(unescape_name("job") == "job");
  CHECK(unescape_name("U__job") == "job");
  CHECK(unescape_name("U__a_2e_b") == "a.b");
  CHECK(unescape_name("U__a__b") == "a_b");
  CHECK(unescape_name("U___e9__1F600_") == "\xC3\xA9\xF0\x9F\x98\x80");
  CHECK(unescape_name("U__") == "");
  for (const char* broken : {"U__a_zz_b", "U__a_", "U__a_2e", "U__a_D800_", "U__a_1234567_"}) {
    INFO(broken);
    CHECK(unescape_name(broken) == broken);
  }
}

}  // namespace
}  // namespace lapwing::dashboard::api
