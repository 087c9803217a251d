#include "collectors/scrape/job.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Read {
  std::vector<Job> jobs;
  config::Diagnostics diagnostics;
};

Read read(const std::string& yaml, const GlobalOptions& global = {}) {
  Read found;
  const auto value = config::parse_yaml("test.yml", yaml);
  REQUIRE(value.ok());
  config::Mapping root(*value, "", found.diagnostics);
  found.jobs = read_jobs(root, global);
  root.finish();
  return found;
}

}  // namespace

TEST_CASE("scrape jobs: defaults come from global, the timeout is cut to the interval") {
  const Read found = read("scrape_configs: [{job_name: a, scrape_interval: 5s}]");
  INFO(found.diagnostics.result().ok());
  REQUIRE(found.diagnostics.ok());
  CHECK(found.jobs.at(0).interval == 5s);
  CHECK(found.jobs.at(0).timeout == 5s);
  CHECK(read("scrape_configs: [{job_name: a}]").jobs.at(0).interval == 1min);
}

TEST_CASE("scrape jobs: what upstream knows and we do not serve warns, unknown keys fail") {
  const Read known = read("scrape_configs: [{job_name: a, relabel_configs: []}]");
  CHECK(known.diagnostics.ok());
  CHECK(known.diagnostics.warnings().size() == 1);
  CHECK_FALSE(read("scrape_configs: [{job_name: a, wat: 1}]").diagnostics.ok());
}

TEST_CASE("scrape jobs: errors") {
  for (const char* job :
       {"{}", "{job_name: a, scrape_interval: 5s, scrape_timeout: 6s}",
        "{job_name: a, scheme: ftp}", "{job_name: a, static_configs: [{targets: ['http://x/']}]}",
        "{job_name: a, basic_auth: {username: u}, authorization: {credentials: x}}",
        "{job_name: a, fallback_scrape_protocol: OpenMetricsText1.0.0}",
        "{job_name: a}, {job_name: a}"}) {
    INFO(job);
    CHECK_FALSE(read("scrape_configs: [" + std::string(job) + "]").diagnostics.ok());
  }
}

TEST_CASE("scrape jobs: a target's labels, URL and identity") {
  const Read found = read(R"(
scrape_configs:
  - job_name: a
    scheme: https
    metrics_path: /m
    params: {q: ["x y", z]}
    static_configs:
      - targets: [h:1, h:1]
        labels: {env: prod, __param_extra: "1&2"}
      - targets: [i:2]
        labels: {instance: named, job: other, __metrics_path__: /n, __scrape_interval__: 3s, __scrape_timeout__: 1s}
)");
  REQUIRE(found.diagnostics.ok());
  std::vector<std::string> trouble;
  const auto plans = plan_targets(found.jobs.at(0), trouble);
  CHECK(trouble.empty());
  REQUIRE(plans.size() == 2);
  CHECK(plans[0].url == "https://h:1/m?q=x+y&q=z&extra=1%262");
  CHECK(plans[0].labels == Labels{{"env", "prod"}, {"instance", "h:1"}, {"job", "a"}});
  CHECK(plans[0].discovered.get("__address__") == "h:1");
  CHECK(plans[1].url == "https://i:2/n?q=x+y&q=z");
  CHECK(plans[1].labels == Labels{{"instance", "named"}, {"job", "other"}});
  CHECK(plans[1].interval == 3s);
  CHECK(plans[0].identity() != plans[1].identity());
}
