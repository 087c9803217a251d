// The normal form is that of Prometheus 3.5's format_query.
#include "agent/promql/printer.h"

#include <catch2/catch.hpp>

#include <utility>

#include "agent/promql/expression.h"

using namespace lapwing::promql;

TEST_CASE("printer: the normal form is Prometheus's, and is its own normal form") {
  const std::pair<const char*, const char*> cases[] = {
#include "tests/agent/promql/normal_forms.inc"
  };
  for (const auto& [text, normal] : cases) {
    INFO(text);
    const auto expression = Expression::parse(text);
    REQUIRE(expression.ok());
    CHECK(expression->to_string() == normal);
    const auto again = Expression::parse(normal);
    REQUIRE(again.ok());
    CHECK(again->to_string() == normal);
  }
}

TEST_CASE("printer: what Prometheus prints ambiguously stays readable here") {
  CHECK(Expression::parse("a + on(\"x y\") b")->to_string() == "a + on (\"x y\") b");
  CHECK(Expression::parse("a * ignoring() group_left b")->to_string() ==
        "a * ignoring () group_left () b");
}
