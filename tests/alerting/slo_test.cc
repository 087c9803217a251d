#include "alerting/slo.h"

#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "alerting/rule_file.h"
#include "tests/alerting/rules.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::rule_groups;

namespace {

Slo read(std::string_view yaml, config::Diagnostics& diagnostics) {
  const auto value = config::parse_yaml("lapwing.yml", yaml);
  REQUIRE(value.ok());
  config::Mapping map(*value, "slos[0]", diagnostics);
  Slo slo = read_slo(map);
  map.finish();
  return slo;
}

std::vector<RuleGroup> groups_of(std::string_view yaml) {
  config::Diagnostics diagnostics;
  const Slo slo = read(yaml, diagnostics);
  for (const auto& entry : diagnostics.errors()) UNSCOPED_INFO(entry.message);
  REQUIRE(diagnostics.ok());
  return rule_groups(slo_rules({slo}));
}

std::string first_error(std::string_view yaml) {
  config::Diagnostics diagnostics;
  (void)read(yaml, diagnostics);
  return diagnostics.ok() ? "" : diagnostics.errors().front().message;
}

const Rule& rule_named(const std::vector<RuleGroup>& groups, std::string_view name) {
  for (const RuleGroup& group : groups)
    for (const Rule& rule : group.rules)
      if (rule.name == name) return rule;
  FAIL("no rule " << name);
  return groups[0].rules[0];
}

}  // namespace

TEST_CASE("slo: the error ratio over all windows, pages and tickets by burn rate") {
  const auto groups = groups_of(R"(
{name: shop, objective: 99.9, ratio: {bad: 'r{code="5"}', total: r}, labels: {team: a}}
)");
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].interval == 30s);
  CHECK(groups[1].interval == 5min);
  CHECK(rule_named(groups, "slo:error_ratio:rate5m").expression_text ==
        "(sum(rate(r{code=\"5\"}[5m])) or 0 * sum(rate(r[5m]))) / sum(rate(r[5m]))");
  const Rule& page = groups[0].rules.back();
  CHECK(page.name == "SloErrorBudgetBurn");
  CHECK(page.expression_text ==
        "(slo:error_ratio:rate1h{slo=\"shop\"} > 14.4 * 0.001 and"
        " slo:error_ratio:rate5m{slo=\"shop\"} > 14.4 * 0.001) or"
        " (slo:error_ratio:rate6h{slo=\"shop\"} > 6 * 0.001 and"
        " slo:error_ratio:rate30m{slo=\"shop\"} > 6 * 0.001)");
  const Rule& ticket = groups[1].rules.back();
  CHECK(ticket.expression_text ==
        "(slo:error_ratio:rate1d{slo=\"shop\"} > 3 * 0.001 and"
        " slo:error_ratio:rate2h{slo=\"shop\"} > 3 * 0.001) or"
        " (slo:error_ratio:rate3d{slo=\"shop\"} > 1 * 0.001 and"
        " slo:error_ratio:rate6h{slo=\"shop\"} > 1 * 0.001)");
  CHECK(rule_named(groups, "slo:error_budget:remaining").expression_text ==
        "1 - slo:error_ratio:rate30d{slo=\"shop\"} / 0.001");
}

TEST_CASE("slo: good events, labels with an objective each, a window of one's own") {
  const auto groups = groups_of(R"(
{name: s, objective: 99, window: 7d, by: [service, zone], ratio: {good: g, total: t}}
)");
  CHECK(rule_named(groups, "slo:error_ratio:rate1h").expression_text ==
        "(sum by (service, zone) (rate(t[1h])) - (sum by (service, zone) (rate(g[1h])) or"
        " 0 * sum by (service, zone) (rate(t[1h])))) / sum by (service, zone) (rate(t[1h]))");
  CHECK(groups[0].rules.back().expression_text.find("> 3.36 * 0.01") != std::string::npos);
}

TEST_CASE("slo: a latency objective reads the histogram's bucket") {
  const auto part = [](std::string_view threshold) {
    const auto groups = groups_of(
        "{name: s, objective: 99, latency: {histogram: 'h{a=\"b\"}', "
        "threshold: " +
        std::string(threshold) + "}}");
    return rule_named(groups, "slo:error_ratio:rate5m").expression_text;
  };
  CHECK(part("300ms").find("rate(h_bucket{a=\"b\",le=\"0.3\"}[5m])") != std::string::npos);
  CHECK(part("1s").find("le=~\"1([.]0)?\"") != std::string::npos);
  CHECK(part("1s").find("rate(h_count{a=\"b\"}[5m])") != std::string::npos);
}

TEST_CASE("slo: the alert's name, severities and texts are the user's") {
  const auto groups = groups_of(R"(
{name: 'a "b"', objective: 99.95, ratio: {bad: b, total: t}, alert: Mine, page_severity: page,
 ticket_severity: mail, labels: {team: x}, annotations: {summary: 's {{ $value }}'}}
)");
  const Rule& page = groups[0].rules.back();
  CHECK(page.name == "Mine");
  CHECK(page.annotations.size() == 1);
  CHECK(page.annotations[0].second.text() == "s {{ $value }}");
  CHECK(page.labels[0].second.text() == "a \"b\"");
  CHECK(page.labels[1].second.text() == "page");
  CHECK(groups[1].rules.back().labels[1].second.text() == "mail");
}

TEST_CASE("slo: mistakes are errors") {
  CHECK(first_error("{objective: 99, ratio: {bad: b, total: t}}").find("name") !=
        std::string::npos);
  for (const char* objective : {"0", "100", "-1", "101"}) {
    CAPTURE(objective);
    CHECK(first_error("{name: s, ratio: {bad: b, total: t}, objective: " + std::string(objective) +
                      "}")
              .find("percentage") != std::string::npos);
  }
  CHECK(first_error("{name: s, objective: 99}").find("ratio and latency") != std::string::npos);
  CHECK(first_error("{name: s, objective: 99, ratio: {total: t}}").find("good and bad") !=
        std::string::npos);
  CHECK(first_error("{name: s, objective: 99, ratio: {bad: 'b{', total: t}}").find("selector") !=
        std::string::npos);
  CHECK(first_error("{name: s, objective: 99, window: 1h, ratio: {bad: b, total: t}}")
            .find("1d to 366d") != std::string::npos);
  CHECK(first_error("{name: s, objective: 99, latency: {histogram: h}}").find("duration above 0") !=
        std::string::npos);
  CHECK(first_error("{name: s, objective: 99, ratio: {bad: b, total: t}, windw: 1d}")
            .find("did you mean \"window\"") != std::string::npos);
}

TEST_CASE("slo: the rules that promtool tests are those of tests/rules/slo.yml") {
  const std::string folder = std::string(LAPWING_SOURCE_DIR) + "/tests/rules/";
  const auto root = config::load_files({folder + "slo.yml"});
  REQUIRE(root.ok());
  config::Diagnostics diagnostics;
  std::vector<Slo> slos;
  for (const config::Value& item : root->find("slos")->items()) {
    config::Mapping map(item, "slos", diagnostics);
    slos.push_back(read_slo(map));
  }
  CHECK(diagnostics.ok());
  CHECK(slo_rules(slos) == *read_file(folder + "slo.rules.yml"));
}
