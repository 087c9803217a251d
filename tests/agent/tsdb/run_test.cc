#include "agent/tsdb/run.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

Columns read(const std::vector<std::shared_ptr<const Run>>& runs, TimeRange range = {}) {
  std::vector<RunView> views;
  for (const auto& run : runs) views.push_back(view(*run));
  Columns columns;
  REQUIRE(read_runs(views, range, columns).ok());
  return columns;
}

std::shared_ptr<const Run> make(std::int64_t first, int count, double value, std::int64_t step) {
  OpenRun open;
  for (int i = 0; i < count; ++i) open.append(first + i * step, value, nullptr, 0);
  return open.seal();
}

}  // namespace

TEST_CASE("run: shares its source's times until it misses a batch") {
  auto column = std::make_shared<TimeColumn>();
  for (std::uint32_t i = 0; i < 6; ++i) column->times[column->count++] = 1000 * i;
  OpenRun open;
  for (std::uint32_t i = 1; i < 4; ++i) open.append(1000 * i, i, column, i);
  const auto shared = open.snapshot();
  CHECK(shared->column == column);
  CHECK(shared->own_times.empty());
  open.append(5000, 9, column, 5);
  const auto own = open.seal();
  CHECK(open.empty());
  CHECK(own->column == nullptr);
  CHECK(read({shared}).values == std::vector<double>{1, 2, 3});
  CHECK(read({own}).values == std::vector<double>{1, 2, 3, 9});
  CHECK(to_millis(read({own}).times.back()) == 5000);
}

TEST_CASE("run: ranges are inclusive at both ends") {
  const auto run = make(0, 10, 1, 10);
  CHECK(read({run}, {from_millis(20), from_millis(50)}).size() == 4);
  CHECK(read({run}, {from_millis(91), kNever}).size() == 0);
  CHECK(read({run}, {from_millis(21), from_millis(29)}).size() == 0);
  CHECK(read({run}, {from_millis(90), from_millis(90)}).size() == 1);
}

TEST_CASE("run: overlapping runs are merged, the later of the list wins at one time") {
  const Columns merged = read({make(0, 5, 1, 10), make(5, 3, 2, 10), make(20, 2, 3, 20)});
  CHECK(std::is_sorted(merged.times.begin(), merged.times.end()));
  CHECK(merged.values == std::vector<double>{1, 2, 1, 2, 3, 2, 1, 3});
}

TEST_CASE("run: a damaged one is left out and reported, the rest is read") {
  const auto good = make(0, 5, 1, 10);
  RunView bad = view(*make(100, 5, 1, 10));
  bad.values = "\xff";
  bad.own_times = {};
  const std::vector<RunView> views = {view(*good), bad};
  Columns columns;
  CHECK(read_runs(views, {}, columns).error().kind == ErrorKind::Corrupt);
  CHECK(columns.size() == 5);
  CHECK(columns.values.size() == 5);
}

TEST_CASE("run: a sample is found at its exact time only") {
  const auto run = make(0, 5, 7, 10);
  double value = 0;
  CHECK(find_sample(view(*run), 30, value));
  CHECK(value == 7);
  CHECK_FALSE(find_sample(view(*run), 31, value));
  CHECK_FALSE(find_sample(view(*run), 50, value));
}
