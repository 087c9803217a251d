#include "agent/base/shortest.h"

#include <bit>
#include <catch2/catch.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "agent/base/number.h"

using namespace lapwing;

namespace {

std::string text_of(double value) {
  char text[kShortestBytes];
  return {text, write_shortest(text, value)};
}

/// The digits that std::to_chars finds, point, sign and zeros at the ends left out.
std::string digits_of(std::string text) {
  text = text.substr(0, text.find('e'));
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  digits.erase(0, digits.find_first_not_of('0'));
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits;
}

}  // namespace

TEST_CASE("shortest: exponents begin below 1e-6 and at 1e21") {
  CHECK(text_of(0) == "0");
  CHECK(text_of(-0.0) == "-0");
  CHECK(text_of(1e-6) == "0.000001");
  CHECK(text_of(1.5e-6) == "0.0000015");
  CHECK(text_of(9.99e-7) == "9.99e-07");
  CHECK(text_of(5e-324) == "5e-324");
  CHECK(text_of(1e20) == "100000000000000000000");
  CHECK(text_of(9.99e20) == "999000000000000000000");
  CHECK(text_of(1e21) == "1e+21");
  CHECK(text_of(-1.25e300) == "-1.25e+300");
  CHECK(text_of(123456.75) == "123456.75");
  CHECK(text_of(9007199254740993.0) == "9007199254740992");
}

TEST_CASE("shortest: random values have std::to_chars' digits and read back to the same bits") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200'000; ++i) {
    double value = std::bit_cast<double>(random());
    if (i % 2 == 0) value = double(random() % 1'000'000) / double(random() % 997 + 1);
    if (!std::isfinite(value)) continue;
    const std::string text = text_of(value);
    REQUIRE(text.size() <= kShortestBytes);
    char expected[32];
    // Its fixed form has all digits of large integers, not the shortest.
    const auto end =
        std::to_chars(expected, expected + sizeof expected, value, std::chars_format::scientific)
            .ptr;
    REQUIRE(digits_of(text) == digits_of({expected, end}));
    REQUIRE(std::bit_cast<std::uint64_t>(*parse_value(text)) ==
            std::bit_cast<std::uint64_t>(value));
  }
}
