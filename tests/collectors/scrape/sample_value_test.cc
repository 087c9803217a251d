#include "collectors/scrape/sample_value.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

std::string openmetrics(double value) {
  std::string out;
  append_openmetrics_number(out, value);
  return out;
}

}  // namespace

TEST_CASE("sample value: the plain way gives what the C library gives, or gives up") {
  for (const char* text :
       {"0", "-0", "1", "12345678901234567", "123456789012345678901234567890", "0.1", "-273.15",
        "9007199254740992", "9007199254740993", "0.000000000000000001", "3.", "1234567.891"}) {
    const char* at = text;
    const char* const end = text + std::string_view(text).size();
    double value = 0;
    INFO(text);
    if (!read_plain_decimal(at, end, value)) continue;
    CHECK(at == end);
    CHECK(value == std::strtod(text, nullptr));
    CHECK(std::signbit(value) == (text[0] == '-'));
  }
  const char* text = "12345678901234567890 ";
  double value = 0;
  CHECK_FALSE(read_plain_decimal(text, text + 20, value));
}

TEST_CASE("sample value: whatever the plain way leaves, the slow way reads") {
  CHECK(*parse_sample_value("123456789012345678901234567890") == 123456789012345678901234567890.);
  CHECK(*parse_sample_value("1e3") == 1000);
  CHECK(*parse_sample_value(".5") == 0.5);
  CHECK(std::isnan(*parse_sample_value("nAn")));
  for (const char* text : {"", "-", ".", "1_0", "0x1p3", "1 ", " 1", "+nan", "1e999", "1,5"})
    CHECK_FALSE(parse_sample_value(text).ok());
}

TEST_CASE("sample value: numbers in le and quantile have OpenMetrics's form") {
  CHECK(openmetrics(1) == "1.0");
  CHECK(openmetrics(0) == "0.0");
  CHECK(openmetrics(-1) == "-1.0");
  CHECK(openmetrics(0.25) == "0.25");
  CHECK(openmetrics(100'000) == "100000.0");
  CHECK(openmetrics(1'000'000) == "1e+06");
  CHECK(openmetrics(1'234'567) == "1.234567e+06");
  CHECK(openmetrics(0.0001) == "0.0001");
  CHECK(openmetrics(0.00001) == "1e-05");
  CHECK(openmetrics(INFINITY) == "+Inf");
  CHECK(openmetrics(-INFINITY) == "-Inf");
}
