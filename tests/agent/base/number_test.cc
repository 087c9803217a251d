#include "agent/base/number.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace lapwing;

TEST_CASE("number: values print as Prometheus prints them") {
  CHECK(format_value(0) == "0");
  CHECK(format_value(1) == "1");
  CHECK(format_value(0.1) == "0.1");
  CHECK(format_value(-2.5) == "-2.5");
  CHECK(format_value(1048576) == "1048576");
  CHECK(format_value(1e20) == "100000000000000000000");
  CHECK(format_value(1e21) == "1e+21");
  CHECK(format_value(1e-6) == "0.000001");
  CHECK(format_value(9.5e-7) == "9.5e-07");
  CHECK(format_value(std::nan("")) == "NaN");
  CHECK(format_value(-std::numeric_limits<double>::infinity()) == "-Inf");
}

TEST_CASE("number: what is printed reads back to the same bits") {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 123456789.125}) {
    CHECK(*parse_value(format_value(value)) == value);
  }
}

TEST_CASE("number: special values in any case") {
  CHECK(std::isnan(*parse_value("nan")));
  CHECK(*parse_value("+Inf") == std::numeric_limits<double>::infinity());
  CHECK(*parse_value("-inf") == -std::numeric_limits<double>::infinity());
  CHECK(*parse_value("1e999") == std::numeric_limits<double>::infinity());
  CHECK(*parse_value("1e-999") == 0);
}

TEST_CASE("number: anything else is Invalid") {
  for (const char* text : {"", "+", "--1", "+-1", "1x", "0x", " 1", "1 ", "in"}) {
    INFO(text);
    CHECK_FALSE(parse_value(text).ok());
  }
}

TEST_CASE("number: large integers show their shortest digits, filled up with zeros") {
  CHECK(lapwing::format_value(123456789012345680000.0) == "123456789012345680000");
  CHECK(lapwing::format_value(-1e20) == "-100000000000000000000");
  CHECK(lapwing::format_value(0.001) == "0.001");
  std::string plain;
  lapwing::append_plain(plain, 1e23);
  CHECK(plain == "100000000000000000000000");
}
