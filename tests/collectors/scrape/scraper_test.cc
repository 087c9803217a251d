#include "collectors/scrape/scraper.h"

#include <catch2/catch.hpp>
#include <deque>

#include "agent/base/number.h"
#include "agent/model/sample.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

Job job_of(std::string name = "app") {
  Job job;
  job.name = std::move(name);
  job.interval = 1s;
  job.timeout = 1s;
  return job;
}

struct Bed {
  explicit Bed(Job job = job_of()) { apply(std::move(job), {"h:1"}); }

  std::shared_ptr<TargetPool> pool_of(Job job, const std::vector<std::string>& hosts) {
    auto pool = std::make_shared<TargetPool>();
    for (const std::string& host : hosts)
      pool->targets.push_back({.pool = job.name,
                               .url = "http://" + host + "/metrics",
                               .labels = Labels{{"job", job.name}, {"instance", host}},
                               .interval = job.interval,
                               .timeout = job.timeout});
    pool->access = std::make_shared<HttpAccess>(job.http, HttpAccess::Surroundings{clock, {}});
    pool->job = std::make_shared<const Job>(std::move(job));
    return pool;
  }
  void apply(Job job, const std::vector<std::string>& hosts) {
    scraper.apply({pool_of(std::move(job), hosts)});
  }

  void tick(Timestamp now) {
    clock.set(now);
    scraper.announce(now);
    watermark.advance(now);
    scraper.send_due();
    scraper.step(now);
  }
  void answer(int status, std::string body, std::string type = "text/plain; version=0.0.4") {
    REQUIRE_FALSE(requests.empty());
    http::ClientResponse response;
    response.status = status;
    response.body = std::move(body);
    if (!type.empty()) response.headers.emplace_back("Content-Type", type);
    response.seconds = 0.25;
    requests.front().second(std::move(response));
    requests.pop_front();
  }
  std::string samples(std::string_view name) {
    const std::vector<Matcher> matchers{Matcher::equal("__name__", std::string(name))};
    const auto set = std::move(*store.select(matchers, {}));
    std::string found;
    Columns columns;
    for (std::size_t i = 0; i < set->size(); ++i) {
      REQUIRE(set->read(i, columns).ok());
      for (std::size_t j = 0; j < columns.size(); ++j)
        found += std::to_string(to_millis(columns.times[j])) + ":" +
                 (is_stale(columns.values[j]) ? "stale" : format_value(columns.values[j])) + " ";
    }
    return found;
  }
  TargetStatus status() {
    std::vector<TargetStatus> targets;
    scraper.append_status(targets);
    REQUIRE(targets.size() == 1);
    return targets[0];
  }

  testing::MemoryStore store;
  Watermark watermark;
  testing::FakeClock clock{from_millis(10'000)};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  int wakes = 0;
  std::deque<std::pair<http::ClientRequest, http::ClientCallback>> requests;
  Scraper scraper{{store, watermark, clock, log, registry,
                   [this](http::ClientRequest request, http::ClientCallback done) {
                     requests.emplace_back(std::move(request), std::move(done));
                   },
                   [this] { ++wakes; }}};
};

}  // namespace

TEST_CASE("scraper: an answer is stored at the tick's time, and the watermark waits for it") {
  Bed bed;
  bed.tick(from_millis(10'000));
  REQUIRE(bed.requests.size() == 1);
  CHECK(bed.requests[0].first.url == "http://h:1/metrics");
  CHECK(bed.requests[0].first.timeout == 1s);
  CHECK_FALSE(bed.watermark.complete(from_millis(10'000)));
  bed.answer(200, "a 5\n");
  CHECK(bed.wakes == 1);
  bed.scraper.step(from_millis(10'100));
  CHECK(bed.watermark.complete(from_millis(10'000)));
  CHECK(bed.samples("a") == "10000:5 ");
  CHECK(bed.samples("scrape_duration_seconds") == "10000:0.25 ");
  CHECK(bed.status().health == TargetStatus::Health::Up);
}

TEST_CASE("scraper: one request in flight a target; consumers do not wait for a late one") {
  Bed bed;
  bed.tick(from_millis(10'000));
  CHECK(bed.scraper.due() == from_millis(10'250));
  bed.scraper.step(from_millis(10'250));
  CHECK(bed.watermark.complete(from_millis(10'000)));
  bed.tick(from_millis(11'000));
  CHECK(bed.requests.size() == 1);
  CHECK(bed.registry.counter("lapwing_scrape_missed_ticks_total", "").value() == 1);
  bed.answer(200, "a 5\n");
  bed.tick(from_millis(12'000));
  CHECK(bed.requests.size() == 1);
  CHECK(bed.samples("a") == "10000:5 ");
}

TEST_CASE("scraper: anything but 200, no answer, or a foreign content is down") {
  Bed bed;
  bed.tick(from_millis(10'000));
  bed.answer(200, "a 5\n");
  bed.tick(from_millis(11'000));
  bed.answer(204, "a 5\n");
  bed.tick(from_millis(12'000));
  bed.requests.front().second(unavailable("refused"));
  bed.requests.pop_front();
  bed.tick(from_millis(13'000));
  bed.answer(200, "a 5\n", "");
  bed.tick(from_millis(14'000));
  CHECK(bed.samples("up") == "10000:1 11000:0 12000:0 13000:0 ");
  CHECK(bed.samples("a") == "10000:5 11000:stale ");
  CHECK(bed.status().last_error.find("fallback_scrape_protocol") != std::string::npos);
}

TEST_CASE("scraper: a reload keeps targets by identity and ends those that are gone") {
  Bed bed;
  bed.tick(from_millis(10'000));
  bed.answer(200, "a 5\n");
  bed.scraper.step(from_millis(10'100));
  bed.apply(job_of(), {"h:1"});
  CHECK(bed.status().health == TargetStatus::Health::Up);
  CHECK(bed.scraper.due() == from_millis(11'000));
  bed.clock.set(from_millis(10'500));
  bed.apply(job_of(), {"other:1"});
  CHECK(bed.samples("a") == "10000:5 10500:stale ");
  CHECK(bed.samples("up") == "10000:1 10500:stale ");
}

TEST_CASE("scraper: an answer for a target that is gone changes nothing") {
  Bed bed;
  bed.tick(from_millis(10'000));
  bed.scraper.apply({});
  CHECK(bed.watermark.complete(from_millis(10'000)));
  bed.answer(200, "a 5\n");
  bed.scraper.step(from_millis(10'100));
  CHECK(bed.samples("a").empty());
}

TEST_CASE("scraper: a request says what the target may answer, and in what time") {
  Job job = job_of();
  job.timeout = 500ms;
  job.accept_compressed = false;
  job.protocols = {Protocol::PrometheusText0_0_4};
  Bed bed(std::move(job));
  bed.tick(from_millis(10'000));
  REQUIRE(bed.requests.size() == 1);
  CHECK(bed.requests[0].first.headers ==
        http::Pairs{{"Accept", "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"},
                    {"Accept-Encoding", "identity"},
                    {"X-Prometheus-Scrape-Timeout-Seconds", "0.5"}});
}

TEST_CASE("scraper: an OpenMetrics page is read as such, an empty page is up whatever it says") {
  Bed bed;
  bed.tick(from_millis(10'000));
  bed.answer(200, "# TYPE a counter\n# UNIT a_seconds seconds\na_total 5\n# EOF\n",
             "application/openmetrics-text; version=1.0.0; charset=utf-8");
  bed.tick(from_millis(11'000));
  bed.answer(200, "", "");
  bed.tick(from_millis(12'000));
  CHECK(bed.samples("a_total") == "10000:5 11000:stale ");
  CHECK(bed.samples("up") == "10000:1 11000:1 ");
  REQUIRE(bed.status().metadata);
  CHECK(*bed.status().metadata ==
        MetadataSnapshot{{"a", MetricType::Counter, "", ""},
                         {"a_seconds", MetricType::Unknown, "", "seconds"}});
}

TEST_CASE("scraper: what bites is told and counted") {
  Job job = job_of();
  job.limits.samples = 1;
  job.limits.labels = 4;
  job.limits.body_size_bytes = 100;
  Bed bed(std::move(job));
  const auto hits = [&](const char* limit) {
    return bed.registry.counter("lapwing_scrape_limit_hits_total", "", {{"limit", limit}}).value();
  };
  bed.tick(from_millis(10'000));
  bed.answer(200, "a 5\nb 6\n");
  bed.tick(from_millis(11'000));
  CHECK(hits("sample") == 1);
  CHECK(bed.status().last_error.find("sample_limit") != std::string::npos);
  bed.answer(200, "a{x=\"1\",y=\"2\"} 5\n");
  bed.tick(from_millis(12'000));
  CHECK(hits("label") == 1);
  CHECK(bed.status().last_error.find("label_limit") != std::string::npos);
  REQUIRE(bed.requests.size() == 1);
  CHECK(bed.requests[0].first.response_limit_bytes == 99);
  bed.requests.front().second(unavailable("GET http://h:1/metrics: the answer exceeds 99 bytes"));
  bed.requests.pop_front();
  bed.tick(from_millis(13'000));
  CHECK(hits("body_size") == 1);
  CHECK(bed.status().last_error.find("body_size_limit") != std::string::npos);
}

TEST_CASE("scraper: targets beyond the limit are left out, counted while they are") {
  Bed bed;
  std::vector<std::string> hosts;
  for (std::size_t i = 0; i < kTargetLimit + 3; ++i)
    hosts.push_back("h" + std::to_string(i) + ":1");
  const auto left_out = [&] {
    return bed.registry.gauge("lapwing_scrape_targets_left_out", "").value();
  };
  CHECK(left_out() == 0);
  bed.apply(job_of(), hosts);
  CHECK(left_out() == 3);
  std::vector<TargetStatus> targets;
  bed.scraper.append_status(targets);
  CHECK(targets.size() == kTargetLimit);
  bed.apply(job_of(), {"h:1"});
  CHECK(left_out() == 0);
}

TEST_CASE("scraper: a pool's forced error fails each scrape without a request") {
  Bed bed;
  auto pool = bed.pool_of(job_of(), {"h:1"});
  pool->forced_error = "target_limit exceeded";
  bed.scraper.apply({pool});
  bed.tick(from_millis(10'000));
  CHECK(bed.requests.empty());
  bed.scraper.step(from_millis(10'010));
  CHECK(bed.samples("up") == "10000:0 ");
  CHECK(bed.status().last_error == "target_limit exceeded");
}

TEST_CASE("scraper: a large page is read in parts, and small ones do not wait for its end") {
  Bed bed;
  bed.apply(job_of(), {"big:1", "small:1"});
  bed.tick(from_millis(10'000));
  REQUIRE(bed.requests.size() == 2);
  std::string page;
  for (int i = 0; i < 60'000; ++i) page += "a{n=\"" + std::to_string(i) + "\"} 1\n";
  const bool big_first = bed.requests[0].first.url.find("big") != std::string::npos;
  bed.answer(200, big_first ? page : "b 1\n");
  bed.answer(200, big_first ? "b 1\n" : page);
  bed.scraper.step(from_millis(10'010));
  CHECK(bed.samples("b") == "10000:1 ");
  CHECK(bed.samples("scrape_samples_scraped") == "10000:1 ");
  CHECK(bed.scraper.due() <= from_millis(10'010));
  for (int i = 0; i < 100 && bed.scraper.due() < from_millis(10'010); ++i)
    bed.scraper.step(from_millis(10'020));
  CHECK(bed.samples("scrape_samples_scraped") == "10000:60000 10000:1 ");
}
