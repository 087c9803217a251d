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

Job job_of(std::string target) {
  Job job;
  job.name = "app";
  job.interval = 1s;
  job.timeout = 1s;
  job.static_groups = {{{std::move(target)}, {}}};
  return job;
}

struct Bed {
  Bed() { scraper.apply({job_of("h:1")}); }

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

TEST_CASE("scraper: content types") {
  CHECK(check_content_type("text/plain", "").ok());
  CHECK(check_content_type("Text/Plain ; version=0.0.4; charset=utf-8", "").ok());
  CHECK_FALSE(check_content_type("text/html", "").ok());
  CHECK(check_content_type("text/html", "PrometheusText0.0.4").ok());
  CHECK_FALSE(check_content_type("application/openmetrics-text", "PrometheusText0.0.4").ok());
}

TEST_CASE("scraper: a reload keeps targets by identity and ends those that are gone") {
  Bed bed;
  bed.tick(from_millis(10'000));
  bed.answer(200, "a 5\n");
  bed.scraper.step(from_millis(10'100));
  bed.scraper.apply({job_of("h:1")});
  CHECK(bed.status().health == TargetStatus::Health::Up);
  CHECK(bed.scraper.due() == from_millis(11'000));
  bed.clock.set(from_millis(10'500));
  bed.scraper.apply({job_of("other:1")});
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

TEST_CASE("scraper: a bearer token goes into the header, basic credentials to the client") {
  Bed bed;
  Job job = job_of("h:2");
  job.credentials.authorization = config::Secret("token");
  bed.scraper.apply({job});
  bed.tick(from_millis(10'000));
  const auto& headers = bed.requests.back().first.headers;
  CHECK(std::find(headers.begin(), headers.end(),
                  std::pair<std::string, std::string>("Authorization", "Bearer token")) !=
        headers.end());
  Job basic = job_of("h:3");
  basic.credentials.username = "me";
  basic.credentials.password = config::Secret("secret");
  bed.scraper.apply({basic});
  bed.tick(from_millis(11'000));
  CHECK(bed.requests.back().first.username == "me");
  CHECK(bed.requests.back().first.password == "secret");
}
