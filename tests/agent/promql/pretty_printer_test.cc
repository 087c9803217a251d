#include "agent/promql/pretty_printer.h"

#include <catch2/catch.hpp>

#include "agent/promql/expression.h"

namespace lapwing::promql {
namespace {

std::string pretty(const std::string& text) {
  const Result<Expression> expression = Expression::parse(text);
  REQUIRE(expression.ok());
  std::string out;
  append_pretty(out, expression->root());
  const Result<Expression> again = Expression::parse(out);
  REQUIRE(again.ok());
  CHECK(again->to_string() == expression->to_string());
  return out;
}

const std::string kLong(101, 'm');

TEST_CASE("pretty printer: what fits a line stays on it") {
  CHECK(pretty("sum(a)by(b)") == "sum by (b) (a)");
  CHECK(pretty(std::string(100, 'm')) == std::string(100, 'm'));
}

TEST_CASE("pretty printer: longer ones break at calls, parentheses and operators") {
  CHECK(pretty("topk by (x) (3, rate(" + kLong + "[5m]))") ==
        "topk by (x) (\n  3,\n  rate(\n    " + kLong + "[5m]\n  )\n)");
  CHECK(pretty("(" + kLong + ")") == "(\n  " + kLong + "\n)");
  CHECK(pretty("-" + kLong) == "-" + kLong);
  CHECK(pretty("-(" + kLong + ")") == "-(\n  " + kLong + "\n)");
  CHECK(pretty("a + on(b) group_left(c) " + kLong) == "  a\n+ on (b) group_left (c)\n  " + kLong);
  CHECK(pretty("a == bool " + kLong) == "  a\n== bool\n  " + kLong);
  CHECK(pretty("Inf ^ " + kLong) == "  Inf\n^\n  " + kLong);
  CHECK(pretty("sum(" + kLong + ")[5m:1m] offset 1h") ==
        "sum(\n  " + kLong + "\n)[5m:1m] offset 1h");
}

}  // namespace
}  // namespace lapwing::promql
