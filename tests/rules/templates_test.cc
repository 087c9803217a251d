// What promtool makes of templates.rules.yml stands in templates.test.yml; here the same file is
// expanded by ours.
#include <catch2/catch.hpp>

#include <limits>

#include "agent/base/file.h"
#include "alerting/rule_file.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

config::Value yaml(const std::string& name) {
  const std::string path = std::string(LAPWING_SOURCE_DIR) + "/tests/rules/" + name;
  return *config::parse_yaml(path, *read_file(path));
}

/// The two queries of the templates, answered as the series of the test file would.
Result<promql::Vector> answer(const std::string& query) {
  const auto up = [](const char* job, double value) {
    return promql::VectorSample{Labels{{"__name__", "up"}, {"job", job}}, {}, value};
  };
  if (query == "up") return promql::Vector{up("b", 2), up("a", 1)};
  if (query == "up{job='a'}") return promql::Vector{up("a", 1)};
  if (query == "1/0")
    return promql::Vector{{Labels(), {}, std::numeric_limits<double>::infinity()}};
  return promql::Vector{};
}

}  // namespace

TEST_CASE("templates: every text is what promtool makes of it") {
  config::Diagnostics diagnostics;
  const std::string path = std::string(LAPWING_SOURCE_DIR) + "/tests/rules/templates.rules.yml";
  const auto groups = parse_rule_file(path, *read_file(path), {}, diagnostics);
  REQUIRE(diagnostics.ok());
  const config::Value expected = *yaml("templates.test.yml")
                                      .find("tests")
                                      ->items()[0]
                                      .find("alert_rule_test")
                                      ->items()[0]
                                      .find("exp_alerts")
                                      ->items()[0]
                                      .find("exp_annotations");
  TemplateEnvironment environment;
  environment.query = answer;
  const AlertTemplateData data{Labels{{"__name__", "x"}, {"i", "a:1"}}, Labels{{"dc", "fra"}},
                               1048576};
  const Rule& rule = groups.at(0).rules.at(0);
  REQUIRE(rule.annotations.size() == expected.entries().size());
  for (const auto& [name, text] : rule.annotations) {
    CAPTURE(name);
    CHECK(text.expand("T", data, environment) == expected.find(name)->text());
  }
}
