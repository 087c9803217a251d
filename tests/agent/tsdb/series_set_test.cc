#include "agent/tsdb/series_set.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

namespace {

HeadFound found(const char* name, int samples) {
  OpenRun open;
  for (int i = 0; i < samples; ++i) open.append(to_millis(kStart) + 1000 * i, i, nullptr, 0);
  HeadFound out{{{"__name__", name}}, SeriesKind::Gauge, {}};
  out.runs.push_back(open.seal());
  return out;
}

}  // namespace

TEST_CASE("series set: sorted by labels, each read replaces what was in the columns") {
  StoredSeriesSet set({kStart + 2s, kNever});
  set.add(found("b", 5));
  set.add(found("a", 3));
  set.sort();
  REQUIRE(set.size() == 2);
  CHECK(set.labels(0).metric_name() == "a");
  Columns columns;
  REQUIRE(set.read(1, columns).ok());
  CHECK(columns.size() == 3);
  REQUIRE(set.read(0, columns).ok());
  CHECK(columns.size() == 1);
}

TEST_CASE("series set: one series in head and file is one entry, its samples merged") {
  const lapwing::testing::TemporaryDirectory folder;
  auto file = DayFile::open(folder / "2023-11-15.db", day_of(kStart));
  HeadFound early = found("m", 10);
  Sealed one;
  one.labels = early.labels;
  one.runs = early.runs;
  REQUIRE((*file)->write({&one}, 15min, {}, [](const Labels& labels) { return labels; }).ok());
  auto index = (*file)->index([](const Labels& labels) { return labels; });
  StoredSeriesSet set({});
  set.add(found("m", 12));
  set.add(*file, (*index)->series[0]);
  set.sort();
  REQUIRE(set.size() == 1);
  Columns columns;
  REQUIRE(set.read(0, columns).ok());
  CHECK(columns.size() == 12);
}
