#include "agent/promql/shared_samples.h"

#include <catch2/catch.hpp>

#include "agent/promql/engine.h"
#include "agent/promql/evaluation.h"
#include "tests/agent/promql/minute_source.h"
#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::promql;

namespace {

constexpr std::size_t kSeries = 3;

struct CountingFixture {
  lapwing::testing::MemoryStore store;
  lapwing::testing::FakeClock clock;
  promql::testing::MinuteSource source{store};
  EngineOptions options;
  QueryContext context;

  CountingFixture() {
    source.minutes_given = false;
    for (int i = 0; i <= 100; ++i)
      for (const char* host : {"a", "b", "c"})
        store.add({{"__name__", "g"}, {"host", host}}, from_millis(i * 1000), i * i % 17);
  }
  Matrix range(std::string_view text) {
    auto result = Engine(options, clock)
                      .range(source, Expression::parse(text).value(), from_millis(0),
                             from_millis(95'000), 7s, context);
    REQUIRE(result.ok());
    return std::get<Matrix>(std::move(result->value));
  }
  std::shared_ptr<SharedSamples> common(Evaluation& evaluation, std::size_t limit) const {
    const std::vector<Matcher> matchers = {Matcher::equal("__name__", "g")};
    const TimeRange all{from_millis(0), from_millis(100'000)};
    return std::make_shared<SharedSamples>(evaluation, evaluation.select(matchers, all), all, 2,
                                           limit);
  }
};

}  // namespace

TEST_CASE("shared samples: a range selector below two functions is read once") {
  CountingFixture f;
  const Matrix spread = f.range("max_over_time(g[20s]) - min_over_time(g[20s])");
  CHECK(f.source.selects == 1);
  CHECK(f.source.sample_reads == kSeries);
  const Matrix most = f.range("max_over_time(g[20s])");
  const Matrix least = f.range("min_over_time(g[20s])");
  REQUIRE(spread.size() == kSeries);
  for (std::size_t i = 0; i < kSeries; ++i)
    for (std::size_t step = 0; step < spread[i].samples.size(); ++step)
      CHECK(spread[i].samples.values[step] ==
            most[i].samples.values[step] - least[i].samples.values[step]);
}

TEST_CASE("shared samples: three uses are one reading, a repeated part is none of them") {
  CountingFixture f;
  f.range(
      "max_over_time(g[20s]) - min_over_time(g[20s]) + avg_over_time(g[20s]) +"
      " max_over_time(g[20s])");
  CHECK(f.source.selects == 1);
  CHECK(f.source.sample_reads == kSeries);
}

TEST_CASE("shared samples: other windows, offsets and grids are read on their own") {
  CountingFixture f;
  f.range("max_over_time(g[20s]) - min_over_time(g[21s])");
  CHECK(f.source.selects == 2);
  f.range("max_over_time(g[20s]) - min_over_time(g[20s] offset 1s)");
  CHECK(f.source.selects == 4);
  f.range("max_over_time(g[20s]) - min_over_time(max_over_time(g[20s])[30s:5s])");
  CHECK(f.source.selects == 6);
}

TEST_CASE("shared samples: readers in step with each other see the same") {
  CountingFixture f;
  Evaluation evaluation(f.source, f.options, f.clock, f.context, {from_millis(0), from_millis(1)});
  const auto common = f.common(evaluation, SharedSamples::kHeldLimit);
  const auto first = SharedSamples::reader(common);
  const auto second = SharedSamples::reader(common);
  Columns a;
  Columns b;
  for (std::size_t i = 0; i < kSeries; ++i) {
    REQUIRE(first->read(i, a).ok());
    REQUIRE(second->read(i, b).ok());
    CHECK(a.size() == 101);
    CHECK(a.times == b.times);
    CHECK(a.values == b.values);
    CHECK(first->labels(i) == second->labels(i));
  }
  CHECK(f.source.sample_reads == kSeries);
  CHECK(evaluation.stats().peak_points == 2 * 101);  // never more than one series
}

TEST_CASE("shared samples: what is too much to be held is read again") {
  CountingFixture f;
  Evaluation evaluation(f.source, f.options, f.clock, f.context, {from_millis(0), from_millis(1)});
  const auto common = f.common(evaluation, 150);
  Columns samples;
  for (int use = 0; use < 2; ++use) {
    const auto reader = SharedSamples::reader(common);
    for (std::size_t i = 0; i < kSeries; ++i) {
      REQUIRE(reader->read(i, samples).ok());
      CHECK(samples.size() == 101);
    }
  }
  CHECK(f.source.sample_reads == kSeries + kSeries - 1);
}
