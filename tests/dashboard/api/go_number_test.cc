#include "dashboard/api/go_number.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace lapwing::dashboard::api {
namespace {

TEST_CASE("go_number: floats in every spelling of Go's literals") {
  CHECK(*parse_go_float("1.5") == 1.5);
  CHECK(*parse_go_float("+5.") == 5);
  CHECK(*parse_go_float("-.5e1") == -5);
  CHECK(*parse_go_float("1_700_000_000") == 1.7e9);
  CHECK(*parse_go_float("0x1p4") == 16);
  CHECK(*parse_go_float("-0X1.8P-1") == -0.75);
  CHECK(*parse_go_float("0x_1p1") == 2);
  CHECK(std::isinf(*parse_go_float("-infinity")));
  CHECK(std::isnan(*parse_go_float("nAn")));
}

TEST_CASE("go_number: what Go refuses is refused") {
  for (const char* text : {"",     "+",  "-",    "abc",    "1__0",  "_1",     "1_",   "1_.5",
                           "0x10", "0x", "0xp1", "0x-1p1", "1e400", "-1e400", "+nan", "++1",
                           "+-1",  "1 ", " 1",   "1e",     "1e5_",  "1d",     "0b1"})
    CHECK_FALSE(parse_go_float(text).ok());
}

TEST_CASE("go_number: whole numbers, errors in Go's words") {
  CHECK(*parse_go_integer("+12", "Atoi") == 12);
  CHECK(*parse_go_integer("-0", "Atoi") == 0);
  CHECK(parse_go_integer("1.5", "Atoi").error().message ==
        R"(strconv.Atoi: parsing "1.5": invalid syntax)");
  CHECK(parse_go_integer("+-1", "Atoi").error().message ==
        R"(strconv.Atoi: parsing "+-1": invalid syntax)");
  CHECK(parse_go_integer("9223372036854775808", "ParseInt").error().message ==
        R"(strconv.ParseInt: parsing "9223372036854775808": value out of range)");
}

TEST_CASE("go_number: general form has an exponent where Go's has one") {
  const auto text = [](double value) {
    std::string out;
    append_go_general(out, value);
    return out;
  };
  CHECK(text(0) == "0");
  CHECK(text(-1.5) == "-1.5");
  CHECK(text(100000) == "100000");
  CHECK(text(123456.75) == "123456.75");
  CHECK(text(1234567) == "1.234567e+06");
  CHECK(text(0.0001) == "0.0001");
  CHECK(text(0.00001) == "1e-05");
  CHECK(text(1e300) == "1e+300");
  CHECK(text(-HUGE_VAL) == "-Inf");
}

}  // namespace
}  // namespace lapwing::dashboard::api
