#include "alerting/condition.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

std::string data_of(std::string_view text) {
  const auto expression = promql::Expression::parse(text);
  REQUIRE(expression.ok());
  const Condition condition = read_condition(*expression);
  return condition.data ? condition.data->to_string() : "";
}

bool lower(std::string_view text) {
  return read_condition(*promql::Expression::parse(text)).lower_is_worse;
}

}  // namespace

TEST_CASE("condition: the comparison with a number goes, what it looks at stays") {
  CHECK(data_of("rate(x[5m]) > 5") == "rate(x[5m])");
  CHECK(data_of("5 < (x)") == "x");
  CHECK(data_of("((up == 0))") == "up");
  CHECK(data_of("sum by (job) (x) / 2 >= 1") == "sum by (job) (x) / 2");
  CHECK(data_of("x") == "x");
  CHECK(data_of("x > bool 5") == "x > bool 5");
}

TEST_CASE("condition: both sides of a comparison of vectors are looked at") {
  CHECK(data_of("a > b") == "(a) and (b)");
  CHECK(data_of("a > on (i) group_left () b") == "(a) and on (i) (b)");
  CHECK(data_of("a != ignoring (x) b") == "(a) and ignoring (x) (b)");
}

TEST_CASE("condition: sets of conditions") {
  CHECK(data_of("a > 1 and b < 2") == "(a) and (b)");
  CHECK(data_of("a > 1 and on () b < 2") == "(a) and on () (b)");
  CHECK(data_of("a > 1 or b < 2") == "(a) or (b)");
  CHECK(data_of("a > 1 unless b") == "a");
}

TEST_CASE("condition: what says itself that there is nothing has no data") {
  CHECK(data_of("absent(x)") == "");
  CHECK(data_of("absent_over_time(x[5m]) == 1") == "");
  CHECK(data_of("vector(1)") == "");
  CHECK(data_of("1") == "");
  CHECK(data_of("time() > bool 5") == "");
  CHECK(data_of("absent(x) or y > 1") == "y");
}

TEST_CASE("condition: which values are worse") {
  CHECK_FALSE(lower("x > 5"));
  CHECK(lower("x < 5"));
  CHECK(lower("5 >= x"));
  CHECK_FALSE(lower("5 < x"));
  CHECK(lower("x < 5 and y > 6"));
  CHECK_FALSE(lower("x == 0"));
}
