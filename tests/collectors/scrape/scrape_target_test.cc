#include "collectors/scrape/scrape_target.h"

#include <catch2/catch.hpp>

#include "agent/http/answer_limit.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Bed {
  explicit Bed(Job job) {
    pool->access = std::make_shared<HttpAccess>(job.http, HttpAccess::Surroundings{clock, {}});
    pool->job = std::make_shared<const Job>(std::move(job));
    target.emplace(plan, pool, 1, store);
  }
  LimitHit scrape(Result<http::ClientResponse> answer) {
    target->take(std::move(answer), std::chrono::nanoseconds(0));
    while (!target->read_some(100)) {
    }
    return target->store();
  }

  testing::FakeClock clock{from_millis(0)};
  testing::MemoryStore store;
  TargetPlan plan{.pool = "p",
                  .url = "http://h/metrics",
                  .labels = Labels{{"job", "p"}},
                  .interval = 1s,
                  .timeout = 1s};
  std::shared_ptr<TargetPool> pool = std::make_shared<TargetPool>();
  std::optional<ScrapeTarget> target;
};

http::ClientResponse page(std::string body, std::string type = "text/plain") {
  return {.status = 200, .headers = {{"Content-Type", std::move(type)}}, .body = std::move(body)};
}

}  // namespace

TEST_CASE("scrape target: up, down with the reason, and up again") {
  Bed bed({});
  CHECK(bed.scrape(page("a 1\n")) == LimitHit::None);
  CHECK(bed.target->status().health == TargetStatus::Health::Up);
  CHECK(bed.scrape(http::ClientResponse{.status = 503}) == LimitHit::None);
  CHECK(bed.target->status().last_error == "server returned HTTP status 503");
  CHECK(bed.scrape(page("a 1\n", "text/html")) == LimitHit::None);
  CHECK(bed.target->status().last_error.find("text/html") != std::string::npos);
  CHECK(bed.scrape(page("a x\n")) == LimitHit::None);
  CHECK(bed.target->status().last_error.find("line 1") == 0);
  CHECK(bed.scrape(unavailable("refused")) == LimitHit::None);
  CHECK(bed.target->status().last_error == "refused");
  CHECK(bed.scrape(page("")) == LimitHit::None);
  CHECK(bed.target->status().health == TargetStatus::Health::Up);
  CHECK(bed.target->status().last_error.empty());
}

TEST_CASE("scrape target: a limit that bit is told from other failures") {
  Job job;
  job.limits.samples = 1;
  job.limits.labels = 2;
  Bed bed(std::move(job));
  CHECK(bed.scrape(page("a 1\nb 1\n")) == LimitHit::Samples);
  CHECK(bed.scrape(page("a{x=\"1\"} 1\n")) == LimitHit::Labels);
  const std::string too_large = std::string(http::kAnswerTooLarge) + "9 bytes";
  CHECK(bed.scrape(unavailable("GET h: " + too_large)) == LimitHit::BodySize);
  CHECK(bed.scrape(unavailable("GET h?x=" + too_large)) == LimitHit::None);
}

TEST_CASE("scrape target: the further report is stored when the job asks for it") {
  Job job;
  job.extra_scrape_metrics = true;
  const std::vector<Matcher> matchers{Matcher::equal("__name__", "scrape_timeout_seconds")};
  Bed asking(std::move(job));
  asking.scrape(page("a 1\n"));
  CHECK((*asking.store.select(matchers, {}))->size() == 1);
  Bed plain({});
  plain.scrape(page("a 1\n"));
  CHECK((*plain.store.select(matchers, {}))->size() == 0);
}

TEST_CASE("scrape target: what changes how pages are read is another target") {
  Job plain;
  CHECK(ScrapeTarget::reads_alike(plain, plain));
  Job other;
  other.honor_labels = true;
  CHECK_FALSE(ScrapeTarget::reads_alike(plain, other));
  other = {};
  other.name_validation = NameValidation::Legacy;
  CHECK_FALSE(ScrapeTarget::reads_alike(plain, other));
  other = {};
  other.extra_scrape_metrics = true;
  CHECK_FALSE(ScrapeTarget::reads_alike(plain, other));
  other = {};
  other.limits.samples = 5;
  CHECK_FALSE(ScrapeTarget::reads_alike(plain, other));
  other = {};
  other.protocols = {Protocol::PrometheusText0_0_4};
  CHECK(ScrapeTarget::reads_alike(plain, other));
}

TEST_CASE("scrape target: a reload changes interval, timeout and what is asked for") {
  Bed bed({});
  Job job;
  job.protocols = {Protocol::PrometheusText0_0_4};
  auto pool = std::make_shared<TargetPool>(*bed.pool);
  pool->job = std::make_shared<const Job>(std::move(job));
  TargetPlan plan = bed.plan;
  plan.interval = 5s;
  plan.timeout = 2s;
  bed.target->adopt(plan, pool);
  CHECK(bed.target->schedule.interval() == 5s);
  CHECK(bed.target->status().timeout == 2s);
  const auto request = bed.target->request();
  REQUIRE(request.ok());
  CHECK(request->timeout == 2s);
  CHECK(request->headers.front().second == "text/plain;version=0.0.4;q=0.6,*/*;q=0.5");
}
