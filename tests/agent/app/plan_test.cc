#include "agent/app/plan.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;

namespace {

class PlanFiles {
 public:
  Result<app::Plan> read(std::string_view yaml, const app::PlanOverrides& overrides = {}) {
    return app::read_plan({folder_.write("lapwing.yml", yaml)}, overrides, "shop-1");
  }
  const testing::TemporaryDirectory& folder() const { return folder_; }

 private:
  testing::TemporaryDirectory folder_;
};

}  // namespace

TEST_CASE("plan: without a file everything has a good default") {
  const auto plan = app::read_plan({}, {}, "shop-1");
  REQUIRE(plan.ok());
  CHECK(plan->instance == "shop-1");
  CHECK(plan->web.listen == "127.0.0.1:5279");
  CHECK(plan->store.raw.time == 7 * 24h);
  CHECK(plan->store.minutes.time == 90 * 24h);
  CHECK(plan->store.hours.time == 2 * 365 * 24h);
  CHECK(plan->store.out_of_order_window == 12h);
  CHECK_FALSE(plan->web.enable_remote_write_receiver);
  CHECK(plan->warnings.empty());
  CHECK(plan->collection.collectors.at("cpu").enabled);
}

TEST_CASE("plan: the sections of our own") {
  PlanFiles files;
  const auto plan = files.read(
      "global: {instance: db-1, external_labels: {zone: west}}\n"
      "store: {retention: {raw: {time: 3d, size: 512MiB}, minutes: {time: 30d, size: 64MiB},"
      " hours: {time: 1y}}, sync_interval: 5s, series_limit: 1000, out_of_order_window: 1h}\n"
      "web: {listen: ':9000', enable_remote_write_receiver: true, external_url: 'http://x/'}\n");
  REQUIRE(plan.ok());
  CHECK(plan->instance == "db-1");
  CHECK(plan->external_labels == Labels{{"zone", "west"}});
  CHECK(plan->store.raw.time == 72h);
  CHECK(plan->store.raw.size_bytes == 512u << 20);
  CHECK(plan->store.minutes.time == 30 * 24h);
  CHECK(plan->store.minutes.size_bytes == 64u << 20);
  CHECK(plan->store.hours.time == 365 * 24h);
  CHECK(plan->store.out_of_order_window == 1h);
  CHECK(plan->warnings.empty());
  CHECK(plan->store.sync_interval == 5s);
  CHECK(plan->store.series_limit == 1000);
  CHECK(plan->web.listen == ":9000");
  CHECK(plan->web.enable_remote_write_receiver);
  CHECK(plan->collection.instance == "db-1");
}

TEST_CASE("plan: the command line wins over the files") {
  PlanFiles files;
  const auto plan =
      files.read("web: {listen: ':9000'}\n", {.listen = "127.0.0.1:0", .no_collectors = true});
  REQUIRE(plan.ok());
  CHECK(plan->web.listen == "127.0.0.1:0");
  CHECK_FALSE(plan->collection.collectors.at("cpu").enabled);
}

TEST_CASE("plan: every error is reported, with file, line and key") {
  PlanFiles files;
  const auto plan = files.read("store:\n  retenton: {}\nweb:\n  listen: [1]\nnonsense: 1\n");
  REQUIRE_FALSE(plan.ok());
  const std::string& message = plan.error().message;
  CHECK(message.find("lapwing.yml:2:3") != std::string::npos);
  CHECK(message.find("retention") != std::string::npos);
  CHECK(message.find("web.listen") != std::string::npos);
  CHECK(message.find("nonsense") != std::string::npos);
}

TEST_CASE("plan: a listen address that is none is an error before anything starts") {
  PlanFiles files;
  CHECK_FALSE(files.read("web: {listen: 'nowhere'}\n").ok());
}

TEST_CASE("plan: pages of no other origin may read the API unless a pattern names it") {
  PlanFiles files;
  CHECK_FALSE(files.read("web: {}\n")->web.cors_origin.has_value());
  const auto plan = files.read("web: {cors_origin: 'https?://grafana'}\n");
  REQUIRE(plan.ok());
  CHECK(plan->web.cors_origin->matches("https://grafana"));
  CHECK_FALSE(plan->web.cors_origin->matches("https://grafana.evil"));
  CHECK_FALSE(files.read("web: {cors_origin: '('}\n").ok());
}

TEST_CASE("plan: what upstream knows and we do not serve is a warning") {
  PlanFiles files;
  const auto plan =
      files.read("global: {query_log_file: x, smtp_from: a@b}\nremote_read: []\ntracing: {}\n");
  REQUIRE(plan.ok());
  CHECK(plan->warnings.size() == 3);
}

TEST_CASE("plan: a broken rule file breaks the plan, and its path is relative to its file") {
  PlanFiles files;
  files.folder().write("rules/good.yml",
                       "groups: [{name: g, rules: [{record: 'a:b', expr: 'up'}]}]\n");
  CHECK(files.read("rule_files: [rules/good.yml]\n").ok());
  files.folder().write("rules/bad.yml",
                       "groups: [{name: g, rules: [{record: 'a:b', expr: 'sum('}]}]\n");
  const auto plan = files.read("rule_files: ['rules/*.yml']\n");
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.error().message.find("bad.yml:1") != std::string::npos);
}

TEST_CASE("plan: secrets are hidden in what is shown") {
  PlanFiles files;
  const auto plan = files.read(
      "route: {receiver: r}\nreceivers:\n- name: r\n  webhook_configs: [{url: "
      "'http://h/s3cret'}]\n");
  REQUIRE(plan.ok());
  CHECK(plan->yaml.find("s3cret") == std::string::npos);
  CHECK(plan->yaml.find("<secret>") != std::string::npos);
}

TEST_CASE("plan: latency that nobody shows is not captured") {
  PlanFiles files;
  CHECK(files.read("{}")->latency.enabled);
  CHECK_FALSE(files.read("latency: {enabled: false}")->latency.enabled);
  CHECK_FALSE(files.read("collectors: {latency: {enabled: false}}")->latency.enabled);
  CHECK_FALSE(files.read("{}", {.no_latency = true})->latency.enabled);
}
