#include "collectors/host/counter_lines.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using collectors::host::parse_counter_lines;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("counter lines: a word and numbers; fractions count as nothing") {
  const auto lines = parse_counter_lines("th 8 0 0.125\nqm\n");
  REQUIRE(lines.ok());
  REQUIRE(lines->size() == 2);
  CHECK(lines->at(0).name == "th");
  CHECK(lines->at(0).numbers == std::vector<std::uint64_t>{8, 0, 0});
  CHECK(lines->at(1).numbers.empty());
}

TEST_CASE("counter lines: empty and malformed files are Invalid") {
  for (const char* text : {"", "a b\n", "a 1 -2\n", "\n", "a 99999999999999999999999\n"})
    CHECK_FALSE(parse_counter_lines(text).ok());
}
