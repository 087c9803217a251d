#include "agent/cli/targets.h"

#include <catch2/catch.hpp>

#include "agent/cli/check.h"
#include "agent/cli/command.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;

namespace {

std::vector<collectors::scrape::Job> jobs(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto value = config::parse_yaml("/etc/t.yml", "scrape_configs: [" + yaml + "]");
  REQUIRE(value.ok());
  config::Mapping root(*value, "", diagnostics);
  auto read = collectors::scrape::read_jobs(root, {});
  REQUIRE(diagnostics.ok());
  return read;
}

}  // namespace

TEST_CASE("check targets: before and after, dropped with the rule, wrong with the reason") {
  const std::string text = cli::targets_text(jobs(R"({job_name: app, target_limit: 5,
    static_configs: [{targets: ['h:1', 'old:1', 'bad/x']}],
    http_sd_configs: [{url: 'http://me:secret@sd/list'}],
    relabel_configs: [{source_labels: [__address__], regex: 'old.*', action: drop},
                      {target_label: env, replacement: prod}]}, {job_name: none})"));
  CHECK(text ==
        R"(job app: 1 target, 1 dropped
  http://h:1/metrics every 1m
    from  {__address__="h:1", __metrics_path__="/metrics", __scheme__="http", __scrape_interval__="1m", __scrape_timeout__="10s", job="app"}
    to    {env="prod", instance="h:1", job="app"}
  dropped by relabel_configs[0]: drop
    from  {__address__="old:1", __metrics_path__="/metrics", __scheme__="http", __scrape_interval__="1m", __scrape_timeout__="10s", job="app"}
  wrong: bad/x: "bad/x" is not a valid hostname
  known only at run time: http_sd_configs: http://sd/list
job none: 0 targets, 0 dropped
)");
}

TEST_CASE("check targets: past target_limit no scrape can succeed") {
  const std::string text = cli::targets_text(
      jobs("{job_name: a, target_limit: 1, static_configs: [{targets: ['h:1', 'h:2']}]}"));
  CHECK(text.find("no scrape can succeed: target_limit exceeded") != std::string::npos);
}

TEST_CASE("check config takes --targets") {
  const testing::TemporaryDirectory folder;
  const std::string file = folder.write("c.yml", "scrape_configs: [{job_name: a}]\n");
  CHECK(cli::check_command({"config", "--targets", file}) == cli::kSuccess);
}
