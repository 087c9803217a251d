// Errors of the parser and the type check: the messages are those of Prometheus 3.5.
#include "agent/promql/parser.h"

#include <catch2/catch.hpp>

#include <utility>

#include "agent/promql/expression.h"

using namespace lapwing::promql;

namespace {

std::string error_of(std::string_view text) {
  const auto expression = Expression::parse(text);
  return expression ? "parses as " + expression->to_string() : expression.error().message;
}

}  // namespace

TEST_CASE("parser: errors say what was unexpected, where, and what was expected") {
  const std::pair<const char*, const char*> cases[] = {
#include "tests/agent/promql/parse_errors.inc"
  };
  for (const auto& [text, message] : cases) {
    INFO(text);
    CHECK(error_of(text) == message);
  }
}

TEST_CASE("parser: depth is limited") {
  const std::string open(5000, '(');
  CHECK(error_of(open + "x" + std::string(5000, ')')).find("nested too deeply") !=
        std::string::npos);
  CHECK(error_of(std::string(5000, '-') + "x").find("nested too deeply") != std::string::npos);
  std::string sum = "x";
  for (int i = 0; i < 5000; ++i) sum += "+x";
  CHECK(error_of(sum).find("nested too deeply") != std::string::npos);
}

TEST_CASE("parser: a selector alone is a selector and nothing more") {
  const auto matchers = parse_selector(R"(up{job=~"a|b"})");
  REQUIRE(matchers.ok());
  CHECK(matchers->size() == 2);
  CHECK(parse_selector(R"({"a.b"})").ok());
  for (const char* text : {"", "up offset 5m", "up[5m]", "sum(up)", "1", "up @ 5", "{}", "up{"}) {
    INFO(text);
    CHECK_FALSE(parse_selector(text).ok());
  }
}

TEST_CASE("parser: an expression knows its selectors and its type") {
  const auto expression = Expression::parse("sum(rate(a{x=\"1\"}[5m])) / on() (b or vector(1))");
  REQUIRE(expression.ok());
  CHECK(expression->type() == ValueType::Vector);
  REQUIRE(expression->selectors().size() == 2);
  CHECK(expression->selectors()[0].size() == 2);
  CHECK(Expression::parse("up[5m]")->type() == ValueType::Matrix);
  CHECK(Expression::parse("1 + 2")->type() == ValueType::Scalar);
  CHECK(Expression::parse("('x')")->type() == ValueType::String);
}
