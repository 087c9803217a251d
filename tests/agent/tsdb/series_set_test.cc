#include "agent/tsdb/series_set.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kAsItIs;
using lapwing::tsdb::testing::kStart;

namespace {

HeadFound found(const char* name, int samples) {
  OpenRun open;
  for (int i = 0; i < samples; ++i) open.append(to_millis(kStart) + 1000 * (i + 1), i, nullptr, 0);
  HeadFound out{{{"__name__", name}}, SeriesKind::Gauge, {}, {}};
  out.runs.push_back(open.seal());
  return out;
}

}  // namespace

TEST_CASE("series set: sorted by labels, each read replaces what was in the columns") {
  std::atomic<bool> read_much = false;
  StoredSeriesSet set({kStart + 3s, kNever}, kAsItIs, read_much);
  set.add(found("a", 3));
  set.add(found("b", 5));
  set.sort();
  REQUIRE(set.size() == 2);
  CHECK(set.labels(0).metric_name() == "a");
  Columns columns;
  REQUIRE(set.read(1, columns).ok());
  CHECK(columns.size() == 3);
  REQUIRE(set.read(0, columns).ok());
  CHECK(columns.size() == 1);
  CHECK(set.coarsest() == 0ms);
}

TEST_CASE("series set: one series in head and file is one entry, its samples merged") {
  const lapwing::testing::TemporaryDirectory folder;
  const auto file = std::make_shared<ChunkFile>(folder / "2023-11-15.db", Tier::Raw,
                                                span_of(Tier::Raw, kStart + 1s));
  HeadFound early = found("m", 10);
  Sealed one;
  one.labels = early.labels;
  one.runs = early.runs;
  REQUIRE(write_raw(*file, {&one}, 15min, {}, false, kAsItIs).ok());
  const auto index = file->index(kAsItIs);
  std::atomic<bool> read_much = false;
  StoredSeriesSet set({}, kAsItIs, read_much);
  set.add(found("m", 12));
  set.add(file, (*index)->series[0], 0);
  set.sort();
  REQUIRE(set.size() == 1);
  Columns columns;
  REQUIRE(set.read(0, columns).ok());
  CHECK(columns.size() == 12);
}

TEST_CASE("series set: minutes that would all be made from samples are left to the samples") {
  std::atomic<bool> read_much = false;
  StoredSeriesSet set({kStart + 30s, kStart + 150s}, kAsItIs, read_much);
  set.add(found("m", 200));
  set.set_minutes({}, kBeginningOfTime);
  set.sort();
  Minutes minutes;
  const auto read = set.read_minutes(0, MinuteNeed::Sums, minutes);
  REQUIRE(read.ok());
  CHECK_FALSE(*read);
}

TEST_CASE("series set: where the head has the newest sample and no other is wanted, that is all") {
  std::atomic<bool> read_much = false;
  StoredSeriesSet set({kStart, kNever}, kAsItIs, read_much);
  set.add({{{"__name__", "m"}}, SeriesKind::Gauge, {}, Sample{kStart + 9s, 7}});
  set.sort();
  Columns columns;
  REQUIRE(set.read(0, columns).ok());
  CHECK(columns.times == std::vector{kStart + 9s});
  CHECK(columns.values == std::vector<double>{7});
  RangeEnds ends;
  CHECK_FALSE(set.read_ends(0, ends));
}

TEST_CASE("series set: ends of what the head has, none where runs reach over one another") {
  std::atomic<bool> read_much = false;
  StoredSeriesSet set({kStart + 3s, kStart + 8s}, kAsItIs, read_much);
  HeadFound apart = found("a", 5);
  OpenRun next;
  for (int i = 6; i < 20; ++i) next.append(to_millis(kStart + i * 1s), 20 - i, nullptr, 0);
  apart.runs.push_back(next.seal());
  set.add(std::move(apart));
  HeadFound late = found("b", 5);
  late.runs.push_back(found("b", 3).runs[0]);
  set.add(std::move(late));
  set.sort();
  RangeEnds ends;
  REQUIRE(set.read_ends(0, ends));
  CHECK(ends.count == 6);
  CHECK(ends.first.time == kStart + 3s);
  CHECK(ends.first.value == 2);
  CHECK(ends.last.time == kStart + 8s);
  CHECK(ends.last.value == 12);
  CHECK(ends.falls == std::vector<double>{14, 13});
  CHECK_FALSE(set.read_ends(1, ends));
}
