#include "collectors/scrape/discovery/discovery.h"

#include <catch2/catch.hpp>
#include <deque>

#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

std::vector<Job> jobs(const std::string& yaml) {
  config::Diagnostics diagnostics;
  const auto value = config::parse_yaml("/etc/t.yml", "scrape_configs: [" + yaml + "]");
  REQUIRE(value.ok());
  config::Mapping root(*value, "", diagnostics);
  std::vector<Job> read = read_jobs(root, {});
  const auto result = diagnostics.result();
  INFO((result ? "" : result.error().message));
  REQUIRE(result.ok());
  return read;
}

struct Bed {
  /// Runs what waits, then a step at the clock's time.
  bool step() {
    discovery.step(clock.now());
    run_waiting();
    return discovery.step(clock.now());
  }
  void run_waiting() {
    while (!waiting.empty()) {
      const auto work = std::move(waiting.front());
      waiting.pop_front();
      work();
    }
  }
  std::string urls() {
    std::string text;
    for (const auto& pool : discovery.pools())
      for (const TargetPlan& target : pool->targets) text += target.url + " ";
    return text;
  }
  double refreshes(const char* mechanism, const char* result) {
    return registry
        .counter("lapwing_scrape_discovery_refreshes_total", "",
                 {{"mechanism", mechanism}, {"result", result}})
        .value();
  }
  void answer(int status, std::string body) {
    REQUIRE_FALSE(requests.empty());
    http::ClientResponse response;
    response.status = status;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = std::move(body);
    requests.front().second(std::move(response));
    requests.pop_front();
  }

  testing::FakeClock clock{from_millis(1'000'000)};
  std::vector<std::string> lines;
  Log log{LogLevel::Warn, [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};
  metrics::Registry registry;
  std::deque<std::function<void()>> waiting;
  int given_up = 0;
  std::deque<std::pair<http::ClientRequest, http::ClientCallback>> requests;
  Discovery discovery{{clock, log, registry,
                       [this](http::ClientRequest request, http::ClientCallback done) {
                         requests.emplace_back(std::move(request), std::move(done));
                       },
                       [this](std::function<void()> work) -> std::function<bool()> {
                         waiting.push_back(std::move(work));
                         return [this] { return ++given_up > 0; };
                       }}};
};

}  // namespace

TEST_CASE("discovery: static targets are there at once and ask nobody") {
  Bed bed;
  bed.discovery.apply(jobs("{job_name: a, static_configs: [{targets: ['h:1']}]}"));
  CHECK(bed.urls() == "http://h:1/metrics ");
  CHECK(bed.discovery.due() == kNever);
  CHECK_FALSE(bed.step());
  CHECK(bed.registry.gauge("lapwing_scrape_targets", "", {{"state", "active"}}).value() == 1);
}

TEST_CASE("discovery: files are read off the thread and again after a change, within seconds") {
  const testing::TemporaryDirectory folder;
  folder.write("a.yml", "- targets: ['a:1']\n");
  Bed bed;
  bed.discovery.apply(
      jobs("{job_name: a, file_sd_configs: [{files: ['" + folder / "*.yml" + "']}]}"));
  CHECK(bed.urls() == "");
  CHECK(bed.step());
  CHECK(bed.urls() == "http://a:1/metrics ");
  const auto pool = bed.discovery.pools().at(0);
  CHECK(bed.discovery.due() == bed.clock.now() + 5s);
  bed.clock.advance(5s);
  CHECK_FALSE(bed.step());
  CHECK(bed.discovery.pools().at(0) == pool);  // the same targets, the same pool
  folder.write("a.yml", "- targets: ['a:1', 'a:2']\n");
  bed.clock.advance(5s);
  CHECK(bed.step());
  CHECK(bed.urls() == "http://a:1/metrics http://a:2/metrics ");
  folder.write("a.yml", "- targets: [\n");
  for (int i = 0; i < 3; ++i) {
    bed.clock.advance(5s);
    CHECK_FALSE(bed.step());
  }
  CHECK(bed.urls() == "http://a:1/metrics http://a:2/metrics ");
  CHECK(bed.lines.size() == 1);  // said once
  CHECK(bed.refreshes("file", "failed") == 3);
}

TEST_CASE("discovery: a server's list is taken, and kept when it fails") {
  Bed bed;
  bed.discovery.apply(jobs("{job_name: a, http_sd_configs: [{url: 'http://sd/x'}]}"));
  bed.step();
  REQUIRE(bed.requests.size() == 1);
  bed.answer(200, R"([{"targets":["a:1"],"labels":{"x":"y"}}])");
  CHECK(bed.step());
  CHECK(bed.urls() == "http://a:1/metrics ");
  CHECK(bed.discovery.pools().at(0)->targets.at(0).labels.get("x") == "y");
  bed.clock.advance(1min);
  bed.step();
  bed.answer(500, "");
  CHECK_FALSE(bed.step());
  CHECK(bed.urls() == "http://a:1/metrics ");
  CHECK(bed.lines.size() == 1);
  bed.clock.advance(1min);
  bed.step();
  bed.answer(200, "[]");
  CHECK(bed.step());
  CHECK(bed.urls() == "");
}

TEST_CASE("discovery: work that hangs is given up once and not begun again until it returns") {
  Bed bed;
  bed.discovery.apply(jobs("{job_name: a, dns_sd_configs: [{names: [n]}]}"));
  bed.discovery.step(bed.clock.now());
  REQUIRE(bed.waiting.size() == 1);
  bed.clock.advance(2min);
  bed.discovery.step(bed.clock.now());
  CHECK(bed.given_up == 1);
  bed.clock.advance(2min);
  bed.discovery.step(bed.clock.now());
  CHECK(bed.given_up == 1);
  CHECK(bed.waiting.size() == 1);
}

TEST_CASE(
    "discovery: a reload keeps what did not change, and targets of what did until it answers") {
  const testing::TemporaryDirectory folder;
  folder.write("a.yml", "- targets: ['a:1']\n");
  folder.write("b.yml", "- targets: ['b:1']\n");
  const std::string file =
      "{job_name: f, file_sd_configs: [{files: ['" + folder / "a.yml" + "']}]}";
  Bed bed;
  bed.discovery.apply(jobs("{job_name: s, static_configs: [{targets: ['h:1']}]}, " + file));
  bed.step();
  const TargetPools before = bed.discovery.pools();
  bed.discovery.apply(jobs(file + ", {job_name: s, static_configs: [{targets: ['h:2']}]}"));
  REQUIRE(bed.discovery.pools().size() == 2);
  CHECK(bed.discovery.pools()[0] == before[1]);
  CHECK(bed.discovery.pools()[1] != before[0]);
  CHECK(bed.discovery.pools()[1]->access == before[0]->access);
  CHECK(bed.urls() == "http://a:1/metrics http://h:2/metrics ");

  bed.discovery.apply(
      jobs("{job_name: f, file_sd_configs: [{files: ['" + folder / "b.yml" + "']}]}"));
  CHECK(bed.urls() == "http://a:1/metrics ");
  CHECK(bed.step());
  CHECK(bed.urls() == "http://b:1/metrics ");
}

TEST_CASE("discovery: an answer to a source that is gone changes nothing") {
  Bed bed;
  bed.discovery.apply(jobs("{job_name: a, http_sd_configs: [{url: 'http://sd/x'}]}"));
  bed.step();
  bed.discovery.apply({});
  bed.answer(200, R"([{"targets":["a:1"]}])");
  CHECK_FALSE(bed.step());
  CHECK(bed.discovery.pools().empty());
}

TEST_CASE("discovery: what can be told without a server is told at once") {
  const testing::TemporaryDirectory folder;
  folder.write("a.yml", "- targets: ['a:1']\n");
  std::vector<std::string> not_asked;
  const TargetPool pool = plan_offline(
      jobs("{job_name: a, static_configs: [{targets: ['h:1']}], file_sd_configs: [{files: ['" +
           folder / "a.yml" +
           "']}], http_sd_configs: [{url: 'http://u:p@sd/x?t=s'}], dns_sd_configs: [{names: [n]}]}")
          .at(0),
      not_asked);
  CHECK(pool.targets.size() == 2);
  CHECK(not_asked == std::vector<std::string>{"http_sd_configs: http://sd/x", "dns_sd_configs: n"});
}
