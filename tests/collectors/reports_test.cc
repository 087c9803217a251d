#include "collectors/reports.h"

#include <catch2/catch.hpp>

#include "tests/collectors/own_source_bed.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::testing;

namespace {

Samples run(Collector& report) {
  MetricWriter writer(100);
  writer.begin();
  REQUIRE(report.collect(writer).ok());
  return samples_of(writer);
}

}  // namespace

TEST_CASE("reports: duration and success of each collector that has run") {
  OwnSourceBed bed;
  OwnSource good = bed.source("good", [&](MetricWriter&) {
    bed.clock.advance(25ms);
    return Result<void>();
  });
  OwnSource bad = bed.source("bad", [](MetricWriter&) -> Result<void> { return invalid("it is"); });
  OwnSource idle = bed.source("idle", bed.writes({"a"}));
  PerformanceReport report([&] { return std::vector<const OwnSource*>{&good, &bad, &idle}; });
  CHECK(run(report).empty());
  good.collect(bed.clock.now());
  bad.collect(bed.clock.now());
  CHECK(run(report) ==
        Samples{{R"(node_scrape_collector_duration_seconds{collector="good"})", 0.025},
                {R"(node_scrape_collector_success{collector="good"})", 1},
                {R"(node_scrape_collector_duration_seconds{collector="bad"})", 0},
                {R"(node_scrape_collector_success{collector="bad"})", 0}});
}

TEST_CASE("reports: a collector that lacks data did not succeed, and may later") {
  OwnSourceBed bed;
  Result<void> outcome = no_data("no such file");
  OwnSource source = bed.source("x", [&](MetricWriter&) { return outcome; });
  PerformanceReport report([&] { return std::vector<const OwnSource*>{&source}; });
  source.collect(bed.clock.now());
  CHECK(run(report).at(R"(node_scrape_collector_success{collector="x"})") == 0);
  outcome = {};
  source.collect(bed.clock.now());
  CHECK(run(report).at(R"(node_scrape_collector_success{collector="x"})") == 1);
}

TEST_CASE("reports: a target's durations and series are the sums of its sources'") {
  OwnSourceBed bed;
  const auto slow = [&](std::vector<std::string> parts) {
    return [&bed, write = bed.writes(std::move(parts))](MetricWriter& out) {
      bed.clock.advance(10ms);
      return write(out);
    };
  };
  OwnSource one = bed.source("one", slow({"a", "b"}));
  OwnSource two = bed.source("two", slow({"c"}));
  TargetReport report([&] { return std::vector<const OwnSource*>{&one, &two}; });
  one.collect(bed.clock.now());
  two.collect(bed.clock.now());
  CHECK(run(report) == Samples{{"up", 1},
                               {"scrape_duration_seconds", 0.02},
                               {"scrape_samples_scraped", 3},
                               {"scrape_samples_post_metric_relabeling", 3},
                               {"scrape_series_added", 3}});
  CHECK(run(report).at("scrape_series_added") == 0);
}

TEST_CASE("reports: a source that is taken out takes its count of added series along") {
  OwnSourceBed bed;
  OwnSource one = bed.source("one", bed.writes({"a", "b"}));
  OwnSource two = bed.source("two", bed.writes({"c"}));
  std::vector<const OwnSource*> sources{&one, &two};
  TargetReport report([&] { return sources; });
  one.collect(bed.clock.now());
  two.collect(bed.clock.now());
  run(report);
  sources = {&two};
  CHECK(run(report).at("scrape_series_added") == 0);
  CHECK(run(report).at("scrape_samples_scraped") == 1);
}

TEST_CASE("reports: a target without sources is up and has nothing") {
  TargetReport report([] { return std::vector<const OwnSource*>{}; });
  const Samples found = run(report);
  CHECK(found.at("up") == 1);
  CHECK(found.at("scrape_samples_scraped") == 0);
}
