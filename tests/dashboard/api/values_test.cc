#include "dashboard/api/values.h"

#include <catch2/catch.hpp>

namespace lapwing::dashboard::api {
namespace {

std::string time_text(std::int64_t millis) {
  std::string out;
  append_time(out, from_millis(millis));
  return out;
}

std::string value_text(const promql::Value& value, std::size_t limit = 0) {
  std::string out;
  append_value_object(out, value, limit);
  return out;
}

TEST_CASE("values: times are seconds, with three decimals when there are milliseconds") {
  CHECK(time_text(1'700'000'000'000) == "1700000000");
  CHECK(time_text(1'700'000'000'500) == "1700000000.500");
  CHECK(time_text(7) == "0.007");
  CHECK(time_text(-5500) == "-5.500");
  CHECK(time_text(0) == "0");
}

TEST_CASE("values: each kind of result has its shape") {
  const Timestamp at = from_millis(1500);
  CHECK(value_text(promql::Scalar{at, 0.5}) == R"({"resultType":"scalar","result":[1.5,"0.5"]})");
  CHECK(value_text(promql::String{at, "a\"b"}) ==
        R"({"resultType":"string","result":[1.5,"a\"b"]})");
  CHECK(value_text(promql::Vector{}) == R"({"resultType":"vector","result":[]})");
  CHECK(value_text(promql::Matrix{{Labels{{"a", "b"}}, {{at, at + 1s}, {1, -2}}}}) ==
        R"({"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1.500,"1"],)"
        R"([2.500,"-2"]]}]})");
}

TEST_CASE("values: a scalar has no exponent, a sample has one where it is large or small") {
  CHECK(value_text(promql::Scalar{Timestamp{}, 1e-7}) ==
        R"({"resultType":"scalar","result":[0,"0.0000001"]})");
  CHECK(value_text(promql::Scalar{Timestamp{}, 1e21}) ==
        R"({"resultType":"scalar","result":[0,"1000000000000000000000"]})");
  CHECK(value_text(promql::Vector{{Labels{}, Timestamp{}, 1e-7}}) ==
        R"({"resultType":"vector","result":[{"metric":{},"value":[0,"1e-07"]}]})");
  CHECK(point_count(promql::Vector{{Labels{}, Timestamp{}, 1e-7}}) == 1);
  CHECK(point_count(promql::Matrix{{Labels{}, {{Timestamp{}}, {1}}}, {Labels{}, {}}}) == 1);
}

TEST_CASE("values: labels are the same JSON whatever they are made of") {
  const auto text = [](const Labels& labels) {
    std::string out;
    append_labels(out, labels);
    return out;
  };
  CHECK(text({}) == "{}");
  CHECK(text({{"__name__", "m"}, {"a", "1"}, {"bc", "23"}}) ==
        R"({"__name__":"m","a":"1","bc":"23"})");
  CHECK(text({{"a", "q\"\\"}, {"é", "\xff"}}) == "{\"a\":\"q\\\"\\\\\",\"é\":\"\xEF\xBF\xBD\"}");
  const std::string longer(600, 'x');
  CHECK(text({{"a", longer}, {"b", "1"}}) == R"({"a":")" + longer + R"(","b":"1"})");
}

TEST_CASE("values: a limit cuts the series") {
  const promql::Vector two{{Labels{{"n", "1"}}, Timestamp{}, 1},
                           {Labels{{"n", "2"}}, Timestamp{}, 2}};
  CHECK(value_text(two, 1) ==
        R"({"resultType":"vector","result":[{"metric":{"n":"1"},"value":[0,"1"]}]})");
  CHECK(value_text(two, 2) == value_text(two));
  CHECK(series_count(two) == 2);
  CHECK(series_count(promql::Scalar{}) == 0);
}

TEST_CASE("values: a time that was never set is Go's zero time") {
  CHECK(api_time(Timestamp{}) == "0001-01-01T00:00:00Z");
  CHECK(api_time(kBeginningOfTime) == "0001-01-01T00:00:00Z");
  CHECK(api_time(from_millis(1'700'000'000'250)) == "2023-11-14T22:13:20.250Z");
}

}  // namespace
}  // namespace lapwing::dashboard::api
