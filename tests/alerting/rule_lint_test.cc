#include "alerting/rule_lint.h"

#include <catch2/catch.hpp>

#include "alerting/rule_file.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

/// The messages about one rule, "; " between.
std::string lint(const std::string& rule) {
  config::Diagnostics diagnostics;
  const auto groups =
      parse_rule_file("r.yml", "groups: [{name: g, rules: [" + rule + "]}]", {}, diagnostics);
  for (const auto& entry : diagnostics.errors()) UNSCOPED_INFO(entry.message);
  REQUIRE(diagnostics.ok());
  std::string all;
  for (const LintFinding& finding : lint_rules(groups, {})) {
    CHECK(finding.group == "g");
    all += (all.empty() ? "" : "; ") + finding.message;
  }
  return all;
}

std::string alert(const std::string& expr, const std::string& summary = "s") {
  return "{alert: A, expr: '" + expr + "', labels: {severity: page}, annotations: {summary: '" +
         summary + "'}}";
}

}  // namespace

TEST_CASE("lint: a sound rule has nothing") {
  CHECK(lint(alert("rate(c_total[1m]) > 1", "{{ $labels.job }}")) == "");
  CHECK(lint("{record: a, expr: 'sum(b)'}") == "");
}

TEST_CASE("lint: a rate needs four scrapes in its window") {
  CHECK(lint(alert("sum(rate(c_total[30s])) > 1")).find("a rate over 30s") == 0);
  CHECK(lint(alert("max_over_time(rate(c_total[45s])[1h:]) > 1")).find("a rate over 45s") == 0);
  // Other functions do with one sample.
  CHECK(lint(alert("max_over_time(g[15s]) > 1")) == "");
  config::Diagnostics diagnostics;
  const auto groups = parse_rule_file(
      "r.yml", "groups: [{name: g, rules: [{record: r, expr: 'rate(c_total[5s])'}]}]", {},
      diagnostics);
  CHECK(lint_rules(groups, {.scrape_interval = 1s}).empty());
}

TEST_CASE("lint: an alert says how bad it is and what is wrong") {
  CHECK(lint("{alert: A, expr: up == 0}") ==
        "has no label severity: routes cannot tell its weight; "
        "has no annotation summary: a page will not say what is wrong");
}

TEST_CASE("lint: a template names a label that the expression has not") {
  const std::string missing =
      "summary names the label instance, which the expression aggregates away";
  CHECK(lint(alert("sum by (job) (up) > 1", "{{ $labels.instance }} {{ $labels.job }}")) ==
        missing);
  CHECK(lint(alert("1 < (sum by (job) (up))", "{{ .Labels.instance }}")) == missing);
  CHECK(lint(alert("sum by (job) (up) unless sum(x)", "{{ $labels.instance }}")) == missing);
  CHECK(lint(alert("sum without (job) (up) > 1", "{{ $labels.instance }}")) == "");
  CHECK(lint(alert("topk by (job) (3, up) > 1", "{{ $labels.instance }}")) == "");
}

TEST_CASE("lint: the same rule twice") {
  CHECK(lint("{record: a, expr: 'sum(b)'}, {record: a, expr: 'sum(c)'}").find("stands twice") == 0);
  CHECK(lint("{record: a, expr: 'sum(b)'}, {record: a, expr: 'sum(c)', labels: {x: y}}") == "");
  CHECK(lint(alert("up == 0") + ", " + alert("up == 1")) == "");
}
