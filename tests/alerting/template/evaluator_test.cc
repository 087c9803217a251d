#include "alerting/template/evaluator.h"

#include <catch2/catch.hpp>

#include "alerting/template/parser.h"
#include "tests/alerting/template/expand.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::expand;

namespace {

TemplateEnvironment with_series() {
  TemplateEnvironment environment;
  environment.query = [](const std::string& text) -> Result<promql::Vector> {
    if (text == "none") return promql::Vector{};
    if (text == "bad") return invalid("no such function");
    return promql::Vector{{Labels{{"__name__", "up"}, {"job", "b"}}, {}, 2},
                          {Labels{{"__name__", "up"}, {"job", "a"}}, {}, 1}};
  };
  return environment;
}

}  // namespace

TEST_CASE("template evaluator: if, else if, else") {
  const std::string text =
      "{{ if gt $value 10.0 }}big{{ else if gt $value 5.0 }}middle{{ else }}small{{ end }}";
  CHECK(expand(text, {{}, {}, 20}) == "big");
  CHECK(expand(text, {{}, {}, 7}) == "middle");
  CHECK(expand(text, {{}, {}, 1}) == "small");
}

TEST_CASE("template evaluator: with sets the dot, else serves what is empty") {
  const auto environment = with_series();
  CHECK(expand("{{ with query \"up\" }}{{ . | first | value }}{{ end }}", {}, environment) == "2");
  CHECK(expand("{{ with query \"none\" }}x{{ else }}none{{ end }}", {}, environment) == "none");
}

TEST_CASE("template evaluator: range over results, maps and nothing") {
  const auto environment = with_series();
  CHECK(
      expand(
          "{{ range query \"up\" | sortByLabel \"job\" }}{{ .Labels.job }}={{ .Value }} {{ end }}",
          {}, environment) == "a=1 b=2 ");
  CHECK(expand("{{ range $i, $s := query \"up\" }}{{ $i }}{{ label \"job\" $s }}{{ end }}", {},
               environment) == "0b1a");
  CHECK(expand("{{ range $k, $v := $labels }}{{ $k }}:{{ $v }};{{ end }}",
               {Labels{{"b", "2"}, {"a", "1"}}, {}, 0}) == "a:1;b:2;");
  CHECK(expand("{{ range query \"none\" }}x{{ else }}empty{{ end }}", {}, environment) == "empty");
  CHECK(expand("{{ range query \"up\" }}{{ break }}{{ end }}.", {}, environment) == ".");
  CHECK(expand("{{ range $i, $s := query \"up\" }}{{ if eq $i 0 }}{{ continue }}{{ end }}{{ $i "
               "}}{{ end }}",
               {}, environment) == "1");
}

TEST_CASE("template evaluator: variables are declared, assigned and scoped") {
  CHECK(expand("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}") == "2");
  CHECK(expand("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}") == "1");
  CHECK(expand("{{ with $y := \"a\" }}{{ $y }}{{ . }}{{ end }}") == "aa");
}

TEST_CASE("template evaluator: definitions are run by name") {
  CHECK(expand("{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" 5 }}") == "[5]");
  CHECK(expand("{{ define \"t\" }}{{ .arg1 }}{{ end }}{{ template \"t\" (args 1 2) }}") == "2");
  CHECK(expand("{{ template \"nothing\" }}").find("not defined") != std::string::npos);
}

TEST_CASE("template evaluator: and, or, not stop at what decides") {
  CHECK(expand("{{ and 1 0 }}{{ and 1 2 }}{{ or 0 3 }}{{ or 0 0 }}{{ not 0 }}") == "0230true");
  CHECK(expand("{{ or true (query \"bad\") }}", {}, with_series()) == "true");
}

TEST_CASE("template evaluator: white space is trimmed beside {{- and -}}, comments vanish") {
  CHECK(expand("a  {{- 1 -}}  b{{/* note */}}c {{- /* x */ -}} d") == "a1bcd");
}

TEST_CASE("template evaluator: first of nothing and a failing query are errors") {
  CHECK(expand("{{ query \"none\" | first }}", {}, with_series())
            .find("first() called on vector with no elements") != std::string::npos);
  CHECK(expand("{{ query \"bad\" }}", {}, with_series()).find("no such function") !=
        std::string::npos);
}

TEST_CASE("template evaluator: steps, output and depth are limited") {
  const auto run = [](std::string_view text, TemplateLimits limits) {
    const auto tree = parse_template(text, {});
    REQUIRE(tree.ok());
    return evaluate_template(*tree, {}, {}, {.name = "t", .limits = limits});
  };
  CHECK(run("{{ range 1000000 }}{{ end }}", {.steps = 1000}).error().message.find("steps") !=
        std::string::npos);
  CHECK(run("{{ range 100 }}0123456789{{ end }}", {.output_bytes = 50})
            .error()
            .message.find("bytes") != std::string::npos);
  CHECK(run("{{ define \"t\" }}{{ template \"t\" }}{{ end }}{{ template \"t\" }}", {})
            .error()
            .message.find("too deep") != std::string::npos);
}
