// REFERENCE.md and the page against what there is: nothing that cannot be told goes unsaid.
#include <catch2/catch.hpp>

#include <regex>
#include <set>
#include <string>

#include "agent/base/file.h"
#include "collectors/latency/capture_metrics.h"
#include "collectors/latency/collector.h"
#include "collectors/latency/snapshot.h"
#include "collectors/latency/tracker.h"
#include "tests/collectors/support.h"
#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::collectors;

namespace {

std::string text_of(const std::string& path) {
  auto text = read_file(std::string(LAPWING_SOURCE_DIR) + "/" + path);
  REQUIRE(text.ok());
  return *std::move(text);
}

/// What stands in back quotes in the first cells of a file's tables.
std::set<std::string> first_cells(const std::string& text) {
  std::set<std::string> found;
  const std::regex cell("\n\\| `([a-z0-9_]+)`");
  for (std::sregex_iterator at(text.begin(), text.end(), cell), end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

/// The families of a snapshot that has everything, without the suffixes of histograms.
std::set<std::string> families() {
  auto snapshot = std::make_shared<latency::Snapshot>();
  snapshot->capturing = true;
  for (const bool elsewhere : {false, true}) {
    latency::EndpointSnapshot one{.service = elsewhere ? "" : "a", .port = "1"};
    if (elsewhere) one.remote = "10.0.0.5:1";
    one.quantiles = {0.1, 0.2, 0.3, 0.4};
    one.operations.push_back({.method = "GET", .timed = 1});
    one.operations[0].outcomes[0] = 1;
    snapshot->endpoints.push_back(one);
  }
  const testing::FakeClock clock{from_millis(0)};
  const CollectorContext context{
      .paths = {}, .clock = clock, .latency = [snapshot] { return snapshot; }};
  const CollectorSettings settings;
  const metrics::Registry counters;
  MetricWriter writer(1000);
  writer.begin();
  REQUIRE(latency::make_latency({context, settings, counters})->collect(writer).ok());
  std::set<std::string> found;
  for (const auto& [series, value] : testing::samples_of(writer)) {
    const std::string name = series.substr(0, series.find('{'));
    found.insert(std::regex_replace(name, std::regex("_(bucket|sum|count)$"), ""));
  }
  return found;
}

}  // namespace

TEST_CASE("latency reference: each family, counter and reason has its row, and no other") {
  std::set<std::string> expected = families();
  CHECK(expected.size() == 8);
  metrics::Registry registry;
  const latency::CaptureMetrics metrics(registry);
  for (const auto& family : registry.gather())
    if (family.name.rfind("lapwing_latency_", 0) == 0 &&
        family.name != "lapwing_latency_unclear_total")
      expected.insert(family.name);
  for (std::size_t i = 0; i < latency::kUnclearCount; ++i)
    expected.insert(std::string(name(latency::Unclear(i))));
  CHECK(first_cells(text_of("collectors/latency/REFERENCE.md")) == expected);
}

TEST_CASE("latency reference: the page has words for each reason") {
  const std::string words = text_of("dashboard/web/src/english.ts");
  for (std::size_t i = 0; i < latency::kUnclearCount; ++i) {
    const std::string key = "'unclear." + std::string(name(latency::Unclear(i))) + "'";
    CAPTURE(key);
    CHECK(words.find(key) != std::string::npos);
  }
}
