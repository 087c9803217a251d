#include "alerting/rule_file.h"

#include <catch2/catch.hpp>

#include "tests/alerting/rules.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::rule_groups;
using lapwing::testing::TemporaryDirectory;

namespace {

/// The errors of a file, one a line.
std::string errors(std::string_view yaml) {
  config::Diagnostics diagnostics;
  parse_rule_file("r.yml", yaml, {}, diagnostics);
  std::string text;
  for (const auto& entry : diagnostics.errors())
    text += entry.place.to_string() + ": " + entry.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("rule file: everything that a group and a rule can say") {
  const auto groups = rule_groups(R"(
groups:
  - name: a
    interval: 5s
    query_offset: 1s
    limit: 7
    labels: {team: x, severity: low}
    rules:
      - record: job:up:sum
        expr: sum  by(job) (up)
        labels: {kind: r}
      - alert: Down
        expr: up == 0
        for: 1m30s
        keep_firing_for: 10s
        labels: {severity: high}
        annotations: {summary: '{{ $labels.job }}'}
)");
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].interval == 5s);
  CHECK(groups[0].query_offset == 1s);
  CHECK(groups[0].limit == 7);
  CHECK(groups[0].identity() == "rules.yml;a");
  REQUIRE(groups[0].rules.size() == 2);
  const Rule& record = groups[0].rules[0];
  CHECK(record.kind == Rule::Kind::Recording);
  CHECK(record.expression_text == "sum by (job) (up)");
  CHECK(record.labels.size() == 3);
  const Rule& alert = groups[0].rules[1];
  CHECK(alert.kind == Rule::Kind::Alerting);
  CHECK(alert.hold_for == 90s);
  CHECK(alert.keep_firing_for == 10s);
  REQUIRE(alert.labels.size() == 2);
  CHECK(alert.labels[0].second.text() == "high");
  CHECK(alert.labels[1].first == "team");
}

TEST_CASE("rule file: defaults apply where the group is silent") {
  const auto groups =
      rule_groups("groups: [{name: a, rules: []}]", {.interval = 7s, .query_offset = 2s});
  CHECK(groups[0].interval == 7s);
  CHECK(groups[0].query_offset == 2s);
  CHECK(rule_groups("").empty());
}

TEST_CASE("rule file: each mistake is an error with its line") {
  const auto says = [](std::string_view yaml, std::string_view part) {
    CAPTURE(yaml, errors(yaml));
    CHECK(errors(yaml).find(part) != std::string::npos);
  };
  says("groups:\n- name: a\n- name: a\n", "is repeated in the same file");
  says("groups:\n- name: a\n  rules:\n  - record: x\n    alert: y\n    expr: up\n", "r.yml:5");
  says("groups:\n- name: a\n  rules:\n  - expr: up\n", "one of 'record' or 'alert'");
  says("groups:\n- name: a\n  rules:\n  - alert: x\n", "expr");
  says("groups:\n- name: a\n  rules:\n  - alert: x\n    expr: sum(\n", "parse error");
  says("groups:\n- name: a\n  rules:\n  - alert: x\n    expr: up[5m]\n", "not a matrix");
  says("groups:\n- name: a\n  rules:\n  - record: x\n    expr: up\n    for: 1m\n",
       "invalid field 'for'");
  says("groups:\n- name: a\n  rules:\n  - alert: x\n    expr: up\n    whatever: 1\n", "r.yml:6");
  says(
      "groups:\n- name: a\n  rules:\n  - alert: x\n    expr: up\n    annotations: {a: '{{ nosuch "
      "}}'}\n",
      "function \"nosuch\" not defined");
  says("groups:\n- name: a\n  interval: 0.5\n", "interval");
  says("groups: [", "r.yml:1");
  says("rules: []", "rules");
}

TEST_CASE("rule file: patterns find files, each once") {
  const TemporaryDirectory folder;
  folder.write("rules/a.yml", "groups: [{name: a}]");
  folder.write("rules/b.yml", "groups: [{name: b}]");
  config::Diagnostics diagnostics;
  const auto groups =
      load_rule_files({folder / "rules/*.yml", folder / "rules/a.yml"}, {}, {}, diagnostics);
  CHECK(diagnostics.ok());
  CHECK(groups.size() == 2);
  CHECK(load_rule_files({folder / "none/*.yml"}, {}, {}, diagnostics).empty());
  CHECK(diagnostics.ok());
  load_rule_files({folder / "missing.yml"}, {}, {"lapwing.yml", 3, 5}, diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  CHECK(diagnostics.errors()[0].place.line == 3);
}
