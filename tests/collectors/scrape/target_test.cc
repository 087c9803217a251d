#include "collectors/scrape/target.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

std::shared_ptr<const Job> job_of(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto value = config::parse_yaml("t.yml", "scrape_configs: [{job_name: a, " + yaml + "}]");
  REQUIRE(value.ok());
  config::Mapping root(*value, "", diagnostics);
  std::vector<Job> jobs = read_jobs(root, {});
  const auto result = diagnostics.result();
  INFO((result ? "" : result.error().message));
  REQUIRE(result.ok());
  return std::make_shared<const Job>(jobs.at(0));
}

TargetPool plan(const std::string& yaml) {
  const auto job = job_of(yaml);
  return plan_pool(job, job->discovery.static_groups);
}

}  // namespace

TEST_CASE("targets: labels, URL and identity") {
  const TargetPool pool = plan(R"(
    scheme: https, metrics_path: /m, params: {q: ["x y", z]},
    static_configs: [
      {targets: ['h:1', 'h:1'], labels: {env: prod, __param_extra: '1&2'}},
      {targets: ['i:2'], labels: {instance: named, job: other, __metrics_path__: /n,
                                  __scrape_interval__: 3s, __scrape_timeout__: 1s}}])");
  CHECK(pool.trouble.empty());
  REQUIRE(pool.targets.size() == 2);
  const auto& plans = pool.targets;
  CHECK(plans[0].url == "https://h:1/m?extra=1%262&q=x+y&q=z");
  CHECK(plans[0].labels == Labels{{"env", "prod"}, {"instance", "h:1"}, {"job", "a"}});
  CHECK(plans[0].discovered.get("__address__") == "h:1");
  CHECK(plans[0].discovered.get("__param_q") == "x y");
  CHECK(plans[0].discovered.get("__scrape_timeout__") == "10s");
  CHECK(plans[1].url == "https://i:2/n?q=x+y&q=z");
  CHECK(plans[1].labels == Labels{{"instance", "named"}, {"job", "other"}});
  CHECK(plans[1].interval == 3s);
  CHECK(plans[1].timeout == 1s);
  CHECK(plans[0].identity() != plans[1].identity());
}

TEST_CASE("targets: relabelling sees the defaults and makes the address") {
  // The usual way with a blackbox exporter.
  const TargetPool pool = plan(R"(
    metrics_path: /probe, params: {module: [http]},
    static_configs: [{targets: ['https://site/x', '']}],
    relabel_configs: [{source_labels: [__address__], target_label: __param_target},
                      {source_labels: [__param_target], target_label: instance},
                      {target_label: __address__, replacement: 'exporter:9115'}])");
  REQUIRE(pool.targets.size() == 2);
  CHECK(pool.targets[0].url ==
        "http://exporter:9115/probe?module=http&target=https%3A%2F%2Fsite%2Fx");
  CHECK(pool.targets[0].labels == Labels{{"instance", "https://site/x"}, {"job", "a"}});
  CHECK(pool.targets[1].labels == Labels{{"instance", "exporter:9115"}, {"job", "a"}});
}

TEST_CASE("targets: a dropped target is counted and remembered with its rule") {
  const TargetPool pool = plan(R"(
    keep_dropped_targets: 2,
    static_configs: [{targets: ['a:1', 'b:1', 'c:1', 'd:1']}],
    relabel_configs: [{source_labels: [__address__], regex: 'never', action: drop},
                      {source_labels: [__address__], regex: 'd:1', action: keep}])");
  REQUIRE(pool.targets.size() == 1);
  CHECK(pool.dropped_count == 3);
  REQUIRE(pool.dropped.size() == 2);
  CHECK(pool.dropped[0].reason == "relabel_configs[1]: keep");
  CHECK(pool.dropped[0].discovered_labels.get("__address__") == "a:1");
}

TEST_CASE("targets: what is no target is left out, and why is said") {
  const auto trouble = [](const std::string& relabel) {
    const TargetPool pool =
        plan("static_configs: [{targets: ['h:1']}], relabel_configs: [" + relabel + "]");
    CHECK(pool.targets.empty());
    CHECK(pool.dropped_count == 0);
    return pool.trouble.empty() ? "" : pool.trouble[0];
  };
  CHECK(trouble("{target_label: __address__, replacement: ''}") == "h:1: no address");
  CHECK(trouble("{action: labeldrop, regex: '.*'}") == "h:1: no address");
  CHECK(trouble("{target_label: __address__, replacement: 'h/x'}") ==
        "h:1: \"h/x\" is not a valid hostname");
  CHECK(trouble("{target_label: __scrape_interval__, replacement: x}")
            .find("h:1: error parsing scrape interval: ") == 0);
  CHECK(trouble("{target_label: __scrape_timeout__, replacement: 0s}") ==
        "h:1: scrape timeout cannot be 0");
  CHECK(trouble("{target_label: __scrape_timeout__, replacement: 2m}") ==
        "h:1: scrape timeout cannot be greater than scrape interval (\"2m\" > \"1m\")");
}

TEST_CASE("targets: past target_limit no scrape succeeds") {
  const TargetPool pool = plan("target_limit: 1, static_configs: [{targets: ['h:1', 'h:2']}]");
  CHECK(pool.targets.size() == 2);
  CHECK(pool.forced_error == "target_limit exceeded (number of targets: 2, limit: 1)");
  CHECK(plan("target_limit: 2, static_configs: [{targets: ['h:1', 'h:2']}]").forced_error == "");
}

TEST_CASE("targets: URLs are written as Go writes them") {
  CHECK(plan("metrics_path: 'a b?c%é', static_configs: [{targets: ['h:1']}]").targets.at(0).url ==
        "http://h:1/a%20b%3Fc%25%C3%A9");
  CHECK(plan("metrics_path: '', static_configs: [{targets: ['[::1]:9']}]").targets.at(0).url ==
        "http://[::1]:9");
  CHECK(plan("static_configs: [{targets: [h], labels: {__scheme__: ftp}}]").targets.at(0).url ==
        "ftp://h/metrics");
  CHECK(plan("static_configs: [{targets: [h], labels: {__param_b: x}}]").targets.at(0).url ==
        "http://h/metrics?b=x");
}
