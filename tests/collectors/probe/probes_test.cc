#include "collectors/probe/probes.h"

#include <catch2/catch.hpp>

#include "collectors/scrape/target.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::collectors::probe;

namespace {

std::pair<ProbeOptions, std::string> read(const std::string& yaml,
                                          const std::vector<scrape::Job>& taken = {}) {
  const auto tree = config::parse_yaml("t.yml", yaml);
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping root(*tree, "", diagnostics);
  ProbeOptions options = read_probe_options(root, {}, taken);
  root.finish();
  const auto result = diagnostics.result();
  return {std::move(options), result ? "" : result.error().message};
}

}  // namespace

TEST_CASE("probes: an entry becomes a scrape job of /probe at ourselves") {
  const auto [options, errors] = read(R"(
probe_concurrency_limit: 7
probes:
  - {name: shop, module: http_post_2xx, interval: 15s, timeout: 5s,
     targets: ['https://shop.example/a?b=c'], labels: {team: web}}
)");
  CHECK(errors == "");
  CHECK(options.prober.concurrency_limit == 7);
  REQUIRE(options.jobs.size() == 1);
  const auto job = std::make_shared<const scrape::Job>(options.jobs[0]);
  const auto pool = scrape::plan_pool(job, job->discovery.static_groups);
  REQUIRE(pool.targets.size() == 1);
  const scrape::TargetPlan& target = pool.targets[0];
  CHECK(Prober::is_own(target.url));
  CHECK(target.url ==
        "http://probes.invalid/probe?module=http_post_2xx&"
        "target=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc");
  CHECK(target.labels.get("instance") == "https://shop.example/a?b=c");
  CHECK(target.labels.get("job") == "shop");
  CHECK(target.labels.get("team") == "web");
  CHECK(target.interval == 15s);
  CHECK(target.timeout == 5s);
}

TEST_CASE("probes: mistakes are told") {
  CHECK(read("probes: [{name: a, module: nope, targets: [x]}]").second.find("no module \"nope\"") !=
        std::string::npos);
  CHECK(read("probes: [{name: a}]").second.find("name at least one") != std::string::npos);
  CHECK(read("probes: [{targets: [x]}]").second.find("name") != std::string::npos);
  CHECK(read("probes: [{name: a, targets: [x], interval: 1s, timeout: 2s}]")
            .second.find("at most the interval") != std::string::npos);
  scrape::Job other;
  other.name = "a";
  CHECK(read("probes: [{name: a, targets: [x]}]", {other}).second.find("another job \"a\"") !=
        std::string::npos);
}
