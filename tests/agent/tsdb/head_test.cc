#include "agent/tsdb/head.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;
using lapwing::tsdb::testing::named;

namespace {

AppendOutcome add(Head& head, SeriesRef ref, Timestamp time, double value) {
  return head.append(
      {.source = head.source("s"), .time = time, .refs = {&ref, 1}, .values = {&value, 1}},
      kStart + 24h, kBeginningOfTime, nullptr, 0);
}

std::size_t count(const Head& head, const std::string& name) {
  std::vector<HeadFound> found;
  head.select(named(name), {}, found);
  if (found.empty()) return 0;
  std::vector<RunView> views;
  for (const auto& run : found[0].runs) views.push_back(view(*run));
  Columns columns;
  REQUIRE(read_runs(views, {}, columns).ok());
  REQUIRE(std::is_sorted(columns.times.begin(), columns.times.end()));
  return columns.size();
}

}  // namespace

TEST_CASE("head: the same name is the same source, the same labels the same series") {
  Head head({});
  CHECK(head.source("a") == head.source("a"));
  CHECK(head.source("a") != head.source("b"));
  const auto first = head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  CHECK(*first == *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart));
  CHECK(*first != kNoSeries);
}

TEST_CASE("head: unusable labels are Invalid") {
  Head head({});
  const auto kind = [&](const Labels& labels) {
    return head.resolve(labels, SeriesKind::Gauge, kStart).error().kind;
  };
  CHECK(kind({{"job", "x"}}) == ErrorKind::Invalid);
  const std::string long_value(kLabelBytesLimit, 'x');
  CHECK(kind({{"__name__", "m"}, {"a", long_value}}) == ErrorKind::Invalid);
  LabelsBuilder many;
  many.set("__name__", "m");
  for (std::size_t i = 0; i < kLabelsLimit; ++i) many.set("l" + std::to_string(i), "v");
  CHECK(kind(many.build()) == ErrorKind::Invalid);
}

TEST_CASE("head: collected runs leave only when they are removed") {
  Head head({});
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 0; i < 2000; ++i) add(head, ref, kStart + i * 1s, i);
  auto sealed = head.collect(kStart + 15min);
  REQUIRE(sealed.size() == 1);
  std::size_t samples = 0;
  for (const auto& run : sealed[0].runs) samples += run->count;
  CHECK(samples == 900);
  CHECK(count(head, "m") == 2000);
  const std::size_t bytes = head.bytes();
  head.remove(sealed);
  CHECK(count(head, "m") == 1100);
  CHECK(head.bytes() < bytes);
  CHECK(head.oldest() == kStart + 15min);
  CHECK(head.newest() == kStart + 1999s);
}

TEST_CASE("head: a series written backwards stays whole and in few runs") {
  Head head({});
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 1000; i > 0; --i) REQUIRE(add(head, ref, kStart + i * 1s, i).stored == 1);
  CHECK(count(head, "m") == 1000);
  std::vector<HeadFound> found;
  head.select(named("m"), {}, found);
  CHECK(found[0].runs.size() < 100);
}

TEST_CASE("head: past its size limit the oldest samples are given up") {
  HeadOptions options;
  options.size_limit_bytes = 20'000;
  Head head(options);
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 0; i < 20'000; ++i) add(head, ref, kStart + i * 1s, i * 1.7e-5);
  const std::uint64_t lost = head.give_up_oldest();
  CHECK(lost > 0);
  CHECK(head.bytes() <= 20'000);
  CHECK(count(head, "m") == 20'000 - lost);
  CHECK(head.newest() == kStart + 19'999s);
}

TEST_CASE("head: retired refs are never given again") {
  Head head({});
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  CHECK(head.retire(kStart) == 0);
  CHECK(head.retire(kStart + 1s) == 1);
  CHECK(head.series() == 0);
  CHECK(add(head, ref, kStart, 1).retired == std::vector<std::uint32_t>{0});
  CHECK(*head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart) != ref);
}
