#include "alerting/template/parser.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("template parser: messages name the line and the reason") {
  const auto message = [](std::string_view text) {
    return parse_template(text, {}).error().message;
  };
  CHECK(message("a\n{{ $x }}") == "2: undefined variable \"$x\"");
  CHECK(message("{{ nosuch }}") == "1: function \"nosuch\" not defined");
  CHECK(message("{{ }}") == "1: missing value for command");
  CHECK(message("{{ 1 | 2 }}") == "1: non executable command in pipeline stage 2");
  CHECK(message("{{ if true }}") == "1: unexpected EOF");
  CHECK(message("{{ (1 }}") == "1: unclosed left paren");
}

TEST_CASE("template parser: a variable ends with its block") {
  CHECK(parse_template("{{ if true }}{{ $x := 1 }}{{ end }}", {}).ok());
  CHECK_FALSE(parse_template("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", {}).ok());
  CHECK_FALSE(parse_template("{{ $x := 1 }}{{ define \"t\" }}{{ $x }}{{ end }}", {}).ok());
}

TEST_CASE("template parser: nesting is limited") {
  std::string deep;
  for (int i = 0; i < 500; ++i) deep += "{{ if true }}";
  CHECK_FALSE(parse_template(deep, {}).ok());
  std::string parentheses = "{{ " + std::string(5000, '(') + "1";
  CHECK_FALSE(parse_template(parentheses, {}).ok());
  std::string chain;
  for (int i = 0; i < 5000; ++i) chain += "{{ if true }}{{ else if true }}";
  CHECK_FALSE(parse_template(chain, {}).ok());
}
