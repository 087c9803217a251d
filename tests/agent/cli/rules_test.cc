#include "agent/cli/rules.h"

#include <catch2/catch.hpp>

#include "agent/cli/command.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::cli;

namespace {

constexpr std::string_view kRules = R"(
groups:
  - name: hosts
    rules:
      - alert: Down
        expr: up == 0
        labels: {severity: page}
        annotations: {summary: down}
      - {record: total, expr: sum(up)}
      - {record: more, expr: 'total + sum(rate(c_total[10s]))'}
)";
constexpr std::string_view kTests = R"(
rule_files: [rules.yml]
tests:
  - name: it is down
    input_series: [{series: up, values: '1 0'}]
    alert_rule_test:
      - {eval_time: 0m, alertname: Down}
      - {eval_time: 1m, alertname: Down, exp_alerts: [{exp_labels: {severity: page}, exp_annotations: {summary: down}}]}
)";

struct Bench {
  testing::TemporaryDirectory folder;
  std::string rules = folder.write("rules.yml", std::string(kRules));
  RulesWorld world;
  std::vector<std::string> asked;

  Bench() {
    world.has_series = [this](const std::string& url, const std::string& selector) -> Result<bool> {
      asked.push_back(selector);
      if (url == "down") return unavailable("refused");
      return selector.find("c_total") == std::string::npos;
    };
  }
  int check(std::vector<std::string> words) {
    world.out.clear();
    return run_check_rules(words, world);
  }
  int test(std::vector<std::string> words) {
    world.out.clear();
    world.err.clear();
    return run_test_rules(words, world);
  }
  bool says(std::string_view text) const { return world.out.find(text) != std::string::npos; }
};

}  // namespace

TEST_CASE("check rules: findings do not fail, unless --strict asks for it") {
  Bench bench;
  CHECK(bench.check({bench.rules}) == kSuccess);
  CHECK(bench.says("finding: hosts / more: a rate over 10s"));
  CHECK(bench.says("sound: 3 rules in 1 groups, 1 findings"));
  CHECK(bench.check({"--strict", bench.rules}) == kFailure);
  CHECK(bench.check({"--strict", "--scrape-interval", "1s", bench.rules}) == kSuccess);
}

TEST_CASE("check rules: an error has file and line") {
  Bench bench;
  const std::string bad =
      bench.folder.write("bad.yml", "groups:\n- name: g\n  rules:\n  - {alert: A, expr: 'sum('}\n");
  CHECK(bench.check({bad}) == kFailure);
  CHECK(bench.world.err.find("bad.yml:4:") != std::string::npos);
  CHECK(bench.check({bench.folder / "none.yml"}) == kFailure);
  CHECK(bench.check({}) == kUsageError);
  CHECK(bench.check({"--scrape-interval", "often", bench.rules}) == kUsageError);
}

TEST_CASE("check rules: with --url selectors without series are findings, but for recorded ones") {
  Bench bench;
  CHECK(bench.check({"--url", "up", "--scrape-interval", "1s", bench.rules}) == kSuccess);
  CHECK(bench.says("hosts / more: no series there for {__name__=\"c_total\"}"));
  CHECK(bench.asked.size() == 3);
  CHECK(bench.check({"--url", "down", bench.rules}) == kFailure);
}

TEST_CASE("check rules: the shipped rules have no finding") {
  Bench bench;
  CHECK(bench.check({"--shipped", "--strict"}) == kSuccess);
  INFO(bench.world.out);
  CHECK(bench.says("0 findings"));
}

TEST_CASE("test rules: a passing and a failing file") {
  Bench bench;
  const std::string good = bench.folder.write("good.test.yml", std::string(kTests));
  CHECK(bench.test({good}) == kSuccess);
  CHECK(bench.says("ok    it is down (2 checks)"));
  std::string text(kTests);
  text.replace(text.find("summary: down"), 13, "summary: gone");
  const std::string bad = bench.folder.write("bad.test.yml", text);
  CHECK(bench.test({good, bad}) == kFailure);
  CHECK(bench.says("FAIL  it is down"));
  CHECK(bench.says("bad.test.yml:8"));
  CHECK(bench.says("alert Down at 1m"));
}

TEST_CASE("test rules: files that are missing or wrong") {
  Bench bench;
  CHECK(bench.test({bench.folder / "none.yml"}) == kFailure);
  CHECK(bench.test({bench.folder.write("x.yml", "rule_files: [none.yml]\n")}) == kFailure);
  CHECK(bench.world.err.find("none.yml") != std::string::npos);
  CHECK(bench.test({}) == kUsageError);
  CHECK(bench.test({"--help"}) == kSuccess);
  CHECK(test_command({}) == kUsageError);
  CHECK(check_rules_command({"--help"}) == kSuccess);
}
