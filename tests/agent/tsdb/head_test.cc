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
  head.select(named(name), {}, Wanted::Samples, found);
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
  CHECK(samples == 901);  // Periods end with their last moment.
  CHECK(count(head, "m") == 2000);
  const std::size_t bytes = head.bytes();
  head.remove(sealed);
  CHECK(count(head, "m") == 1099);
  CHECK(head.bytes() < bytes);
  CHECK(head.oldest() == kStart + 15min + 1s);
  CHECK(head.newest() == kStart + 1999s);
}

TEST_CASE("head: a series written backwards stays whole and in few runs") {
  Head head({});
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 1000; i > 0; --i) REQUIRE(add(head, ref, kStart + i * 1s, i).stored == 1);
  CHECK(count(head, "m") == 1000);
  std::vector<HeadFound> found;
  head.select(named("m"), {}, Wanted::Samples, found);
  CHECK(found[0].runs.size() < 100);
}

TEST_CASE("head: past its size limit the oldest samples are given up") {
  HeadOptions options;
  options.size_limit_bytes = 40'000;
  Head head(options);
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 0; i < 20'000; ++i) add(head, ref, kStart + i * 1s, i * 1.7e-5);
  const std::uint64_t lost = head.give_up_oldest();
  CHECK(lost > 0);
  CHECK(head.bytes() <= 40'000);
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

TEST_CASE("head: the same value again is taken, another one is refused and counted") {
  Head head({});
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 0; i < 400; ++i) add(head, ref, kStart + i * 1s, i);
  for (const int at : {399, 200, 0}) {  // The newest, in a sealed run, the oldest.
    CHECK(add(head, ref, kStart + at * 1s, at).stored == 1);
    const auto other = add(head, ref, kStart + at * 1s, 7.5);
    CHECK(other.stored == 0);
    CHECK(other.conflicting == 1);
  }
  CHECK(add(head, ref, kStart + 200500ms, 5).stored == 1);  // In between: inserted.
  CHECK(add(head, ref, kStart + 200500ms, 6).conflicting == 1);
  CHECK(count(head, "m") == 401);
}

TEST_CASE("head: where the newest write is to win it does, however far back") {
  HeadOptions options;
  options.out_of_order_window = 10s;
  Head head(options);
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  const auto replace = [&](Timestamp time, double value) {
    return head.append({.source = head.source("s"),
                        .time = time,
                        .refs = {&ref, 1},
                        .values = {&value, 1},
                        .on_conflict = OnConflict::Replace},
                       kStart + 24h, kBeginningOfTime, nullptr, 0);
  };
  const auto values = [&] {
    std::vector<HeadFound> found;
    head.select(named("m"), {}, Wanted::Samples, found);
    std::vector<RunView> views;
    for (const auto& run : found[0].runs) views.push_back(view(*run));
    Columns columns;
    REQUIRE(read_runs(views, {}, columns).ok());
    return columns.values;
  };
  for (int i = 0; i < 700; ++i) replace(kStart + i * 1s, i);
  // The clock goes back by 500 s, twice.
  for (const double offset : {0.25, 0.5})
    for (int i = 200; i < 650; ++i) CHECK(replace(kStart + i * 1s, i + offset).stored == 1);
  replace(kStart + 699s, -1);
  for (int i = 700; i < 1100; ++i) replace(kStart + i * 1s, i);
  const auto read = values();
  REQUIRE(read.size() == 1100);
  for (std::size_t i = 0; i < read.size(); ++i)
    CHECK(read[i] == (i == 699 ? -1 : double(i) + (i >= 200 && i < 650 ? 0.5 : 0)));
  const double old = 5;
  CHECK(add(head, ref, kStart + 5s, old).out_of_order == 1);
}

TEST_CASE("head: series and their labels count, and are refused before they take all memory") {
  HeadOptions options;
  options.size_limit_bytes = 2'000'000;
  Head head(options);
  std::size_t made = 0;
  while (head.resolve({{"__name__", "m"}, {"id", std::to_string(made)}}, SeriesKind::Gauge, kStart))
    ++made;
  CHECK(made > 500);
  CHECK(made < 5'000);
  CHECK(head.bytes() < 1'100'000);
  // Known series go on.
  const SeriesRef known =
      *head.resolve({{"__name__", "m"}, {"id", "5"}}, SeriesKind::Gauge, kStart);
  CHECK(add(head, known, kStart, 1).stored == 1);
}

TEST_CASE("head: memory stays flat while series come and go") {
  Head head({});
  // A tenth of the series is replaced each hour, for two simulated days.
  constexpr std::size_t kLive = 300, kReplaced = kLive / 10;
  std::vector<SeriesRef> refs(kLive);
  std::size_t next = 0, most_early = 0, most_late = 0;
  const auto make = [&](Timestamp now) {
    return *head.resolve({{"__name__", "m"}, {"pod", std::to_string(next++)}}, SeriesKind::Gauge,
                         now);
  };
  for (SeriesRef& ref : refs) ref = make(kStart);
  std::vector<double> values(kLive);
  for (int hour = 0; hour < 48; ++hour) {
    const Timestamp now = kStart + hour * 1h;
    for (std::size_t i = 0; i < kReplaced; ++i)
      refs[(std::size_t(hour) * kReplaced + i) % kLive] = make(now);
    for (int minute = 0; minute < 60; minute += 15) {
      for (std::size_t i = 0; i < kLive; ++i) values[i] = double(i) + hour;
      const auto outcome = head.append(
          {.source = head.source("s"), .time = now + minute * 1min, .refs = refs, .values = values},
          now + 1h, kBeginningOfTime, nullptr, 0);
      REQUIRE(outcome.stored == kLive);
    }
    std::size_t& most = hour < 12 ? most_early : most_late;
    most = std::max(most, head.bytes());
    head.remove(head.collect(now));
    head.retire(now - 1h);
    REQUIRE(head.series() <= kLive + 3 * kReplaced);
  }
  CHECK(most_late <= most_early * 11 / 10);
  head.remove(head.collect(kNever));
  CHECK(head.sample_bytes() < 20'000);
}

TEST_CASE("head: what is selected comes by labels, also when series came since it was last asked") {
  Head head({});
  const auto names = [&] {
    std::vector<HeadFound> found;
    head.select(named("m"), {}, Wanted::Samples, found);
    std::vector<std::string> values;
    for (const HeadFound& one : found) values.emplace_back(one.labels.get("x"));
    return values;
  };
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    const std::string value(1, char('a' + i * 7 % 30));
    add(head, *head.resolve({{"__name__", "m"}, {"x", value}}, SeriesKind::Gauge, kStart), kStart,
        i);
    expected.push_back(value);
    std::ranges::sort(expected);
    CHECK(names() == expected);
  }
  CHECK(names() == expected);
  head.remove(head.collect(kNever));
  CHECK(head.retire(kNever) == 30);
  CHECK(names().empty());
}

TEST_CASE("head: the newest sample alone comes without runs, an older one with them") {
  Head head({});
  const SeriesRef ref = *head.resolve({{"__name__", "m"}}, SeriesKind::Gauge, kStart);
  for (int i = 1; i <= 5; ++i) add(head, ref, kStart + i * 1s, i);
  const auto select = [&](TimeRange range) {
    std::vector<HeadFound> found;
    head.select(named("m"), range, Wanted::Newest, found);
    return found;
  };
  auto found = select({kStart, kStart + 5s});
  REQUIRE(found.size() == 1);
  CHECK(found[0].runs.empty());
  CHECK(found[0].newest->time == kStart + 5s);
  CHECK(found[0].newest->value == 5);
  found = select({kStart, kStart + 4s});
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].newest);
  CHECK(found[0].runs.size() == 1);
  CHECK(select({kStart + 6s, kNever}).empty());
}
