#include "collectors/scrape/relabel.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Read {
  std::vector<RelabelRule> rules;
  std::string error;
};

Read read(const std::string& rules) {
  config::Diagnostics diagnostics;
  const auto value = config::parse_yaml("t.yml", "rules: [" + rules + "]");
  REQUIRE(value.ok());
  Read found;
  {
    config::Mapping root(*value, "", diagnostics);
    found.rules = read_relabel_rules(root, "rules");
    root.finish();
  }
  const auto result = diagnostics.result();
  if (!result) found.error = result.error().message;
  return found;
}

/// The labels after the rules, or "dropped".
std::string after(const std::string& rules, const Labels& labels) {
  const Read found = read(rules);
  CHECK(found.error == "");
  LabelsBuilder builder(labels);
  return relabel(found.rules, builder) ? builder.build().to_string() : "dropped";
}

const Labels kLabels{{"a", "foo"}, {"b", "bar"}, {"c", "baz"}};

}  // namespace

// The cases follow what Prometheus 3.5 does, asked through /api/v1/targets.
TEST_CASE("relabel: replace sets, copies, expands and removes") {
  CHECK(after("{source_labels: [a], target_label: d}", kLabels) ==
        R"({a="foo", b="bar", c="baz", d="foo"})");
  CHECK(after("{source_labels: [a, b], separator: '', regex: 'foo(.*)', target_label: d, "
              "replacement: 'x${1}y$1_z'}",
              kLabels) == R"({a="foo", b="bar", c="baz", d="xbary"})");
  CHECK(after("{source_labels: [a, b], regex: '(f.*);(.*)r', target_label: '$1', replacement: "
              "'$2-boo'}",
              kLabels) == R"({a="foo", b="bar", c="baz", foo="ba-boo"})");
  CHECK(after("{target_label: d, replacement: constant}", Labels{{"a", "x"}}) ==
        R"({a="x", d="constant"})");
  CHECK(after("{source_labels: [missing], target_label: a}", kLabels) == R"({b="bar", c="baz"})");
  CHECK(after("{source_labels: [a], regex: f, target_label: d}", kLabels) == kLabels.to_string());
  CHECK(after("{source_labels: [a], regex: '(f)|foo', target_label: d, replacement: 'x$1'}",
              kLabels) == R"({a="foo", b="bar", c="baz", d="x"})");
  CHECK(after("{source_labels: [a], regex: '(?P<n>f)(.*)', target_label: d, replacement: "
              "'$n-${2}-$$'}",
              kLabels) == R"({a="foo", b="bar", c="baz", d="f-oo-$"})");
}

TEST_CASE("relabel: a target label that expands to no name changes nothing; any UTF-8 is a name") {
  CHECK(after("{source_labels: [a], regex: '(x)?foo', target_label: '$1', replacement: v}",
              kLabels) == kLabels.to_string());
  CHECK(after("{source_labels: [a], target_label: 'é.$1', replacement: v}", kLabels) ==
        R"({a="foo", b="bar", c="baz", "é.foo"="v"})");
}

TEST_CASE("relabel: regular expressions are anchored and let '.' match a line break") {
  CHECK(after("{source_labels: [a], regex: 'o', action: drop}", kLabels) == kLabels.to_string());
  CHECK(after("{source_labels: [a], regex: 'x|foo', action: drop}", kLabels) == "dropped");
  CHECK(after("{source_labels: [a], regex: 'x.y', action: keep}", Labels{{"a", "x\ny"}}) !=
        "dropped");
}

TEST_CASE("relabel: keep and drop, by pattern and by equality") {
  CHECK(after("{source_labels: [a], regex: foo, action: keep}", kLabels) == kLabels.to_string());
  CHECK(after("{source_labels: [a], regex: bar, action: keep}", kLabels) == "dropped");
  CHECK(after("{source_labels: [missing], regex: '', action: drop}", kLabels) == "dropped");
  const Labels same{{"a", "1"}, {"b", "1"}, {"c", "2"}};
  CHECK(after("{source_labels: [a], target_label: b, action: keepequal}", same) != "dropped");
  CHECK(after("{source_labels: [a], target_label: c, action: keepequal}", same) == "dropped");
  CHECK(after("{source_labels: [a], target_label: b, action: dropequal}", same) == "dropped");
  CHECK(after("{source_labels: [a], target_label: c, action: dropequal}", same) != "dropped");
}

TEST_CASE("relabel: rules after the one that drops are not run") {
  const Read found =
      read("{source_labels: [a], regex: foo, action: drop}, {target_label: z, replacement: q}");
  LabelsBuilder builder(kLabels);
  CHECK_FALSE(relabel(found.rules, builder));
  CHECK(builder.get("z") == "");
}

TEST_CASE("relabel: hashmod is MD5's last eight bytes") {
  // Figures of Prometheus's own documentation tests, and of the empty text.
  CHECK(after("{source_labels: [c], target_label: d, action: hashmod, modulus: 1000}", kLabels) ==
        R"({a="foo", b="bar", c="baz", d="976"})");
  CHECK(after("{source_labels: [a], target_label: d, action: hashmod, modulus: 1000}",
              Labels{{"a", "foo\nbar"}}) == "{a=\"foo\\nbar\", d=\"734\"}");
}

TEST_CASE("relabel: labelmap, labeldrop, labelkeep") {
  const Labels labels{{"__meta_x_one", "1"}, {"__meta_x_two", "2"}, {"one", "0"}};
  CHECK(after("{action: labelmap, regex: '__meta_x_(.*)'}", labels) ==
        R"({__meta_x_one="1", __meta_x_two="2", one="1", two="2"})");
  CHECK(after("{action: labelmap, regex: '__meta_x_(one)', replacement: '${1}_$1'}", labels) ==
        R"({__meta_x_one="1", __meta_x_two="2", one="0", one_one="1"})");
  CHECK(after("{action: labeldrop, regex: '__meta_.*'}", labels) == R"({one="0"})");
  CHECK(after("{action: labelkeep, regex: 'one|.*two'}", labels) ==
        R"({__meta_x_two="2", one="0"})");
}

TEST_CASE("relabel: lowercase and uppercase take any letter") {
  CHECK(after("{source_labels: [a], target_label: b, action: lowercase}",
              Labels{{"a", "FoO-ÀÉЖΣ7"}}) == R"({a="FoO-ÀÉЖΣ7", b="foo-àéжσ7"})");
  CHECK(after("{source_labels: [a], target_label: b, action: UPPERCASE}",
              Labels{{"a", "foo-àéж😀"}}) == R"({a="foo-àéж😀", b="FOO-ÀÉЖ😀"})");
}

TEST_CASE("relabel: what is wrong is said in Prometheus's words") {
  const auto error = [](const std::string& rule) {
    const std::string text = read(rule).error;
    return text.substr(text.find("rules[0]"));
  };
  CHECK(error("{action: nosuch}") == "rules[0].action: unknown relabel action \"nosuch\"");
  CHECK(error("{source_labels: [a]}") ==
        "rules[0].action: relabel configuration for replace action requires 'target_label' value");
  CHECK(error("{source_labels: [a], target_label: b, action: hashmod}") ==
        "rules[0].action: relabel configuration for hashmod requires non-zero modulus");
  CHECK(error("{source_labels: [a], target_label: b, action: lowercase, replacement: x}") ==
        "rules[0].action: 'replacement' can not be set for lowercase action");
  CHECK(error("{source_labels: [a], target_label: b, action: keepequal, regex: x}") ==
        "rules[0].action: keepequal action requires only 'source_labels' and `target_label`, and "
        "no other fields");
  CHECK(error("{source_labels: [a], regex: x, action: labeldrop}") ==
        "rules[0].action: labeldrop action requires only 'regex', and no other fields");
  CHECK(error("{regex: x, action: labelmap, replacement: ''}") ==
        "rules[0].action: \"\" is invalid 'replacement' for labelmap action");
  CHECK(error("{source_labels: ['']}").find("\"\" is not a valid label name") == std::string::npos);
  CHECK(error("{source_labels: [''], target_label: b}") ==
        "rules[0].action: \"\" is not a valid label name");
  CHECK(error("{regex: '(', target_label: b}").find("rules[0].regex: ") == 0);
  CHECK(error("{regx: x, target_label: b}").find("unknown key \"regx\"") != std::string::npos);
}
