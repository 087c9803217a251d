#include "agent/cli/chart.h"

#include <catch2/catch.hpp>
#include <limits>
#include <vector>

namespace lapwing::cli {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string line(std::vector<double> values, std::size_t columns = 80, bool unicode = false) {
  return sparkline(values, columns, unicode);
}

TEST_CASE("sparkline: from the lowest to the highest in eight steps") {
  CHECK(line({0, 1, 2, 3, 4, 5, 6, 7}) == "_.:-=+*#");
  CHECK(line({-1, 1}, 80, true) == "▁█");
}

TEST_CASE("sparkline: equal values are a line in the middle") {
  CHECK(line({5, 5, 5}) == "---");
  CHECK(line({0}) == "-");
}

TEST_CASE("sparkline: no value is a blank, infinity is none either") {
  CHECK(line({0, kNaN, 1}) == "_ #");
  CHECK(line({0, kInfinity, 1}) == "_ #");
  CHECK(line({kNaN, kNaN}) == "  ");
  CHECK(line({}).empty());
}

TEST_CASE("sparkline: more values than columns are averaged") {
  CHECK(line({0, 0, 10, 10}, 2) == "_#");
  CHECK(line({0, 10, kNaN, 5}, 2) == "--");
  CHECK(line({1, 2, 3}, 0).empty());
}

TEST_CASE("sparkline: the largest doubles do not overflow") {
  constexpr double kMost = std::numeric_limits<double>::max();
  CHECK(line({-kMost, kMost}) == "_#");
}

}  // namespace
}  // namespace lapwing::cli
