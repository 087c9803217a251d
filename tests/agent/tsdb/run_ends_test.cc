#include "agent/tsdb/run_ends.h"

#include <catch2/catch.hpp>

#include "agent/model/sample.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

constexpr std::int64_t kRunBegin = 1'700'000'000'000;

/// Samples at kRunBegin + 1 s, + 2 s, …: with a column of times or times of their own.
std::shared_ptr<const Run> make(const std::vector<double>& values, bool own_times) {
  auto column = std::make_shared<TimeColumn>();
  OpenRun open;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t time = kRunBegin + 1000 * std::int64_t(i + 1);
    column->times[column->count++] = time;
    open.append(time, values[i], own_times ? nullptr : column, std::uint32_t(i));
  }
  return open.seal();
}

TimeRange seconds(int from, int to) {
  return {from_millis(kRunBegin + from * 1000), from_millis(kRunBegin + to * 1000)};
}

}  // namespace

TEST_CASE("run ends: a part of a run, whatever its times are kept in") {
  for (const bool own_times : {false, true}) {
    const auto run = make({1, 5, 4, 4, 7, 2.5, 3}, own_times);
    RangeEnds ends;
    REQUIRE(add_ends(view(*run), seconds(2, 6), ends));
    CHECK(ends.count == 5);
    CHECK(ends.first.time == from_millis(kRunBegin + 2000));
    CHECK(ends.first.value == 5);
    CHECK(ends.last.time == from_millis(kRunBegin + 6000));
    CHECK(ends.last.value == 2.5);
    CHECK(ends.falls == std::vector<double>{5, 7});
  }
}

TEST_CASE(
    "run ends: a fall on the way into the next run counts, outside of the range nothing does") {
  RangeEnds ends;
  REQUIRE(add_ends(view(*make({9, 8, 7}, true)), seconds(10, 20), ends));
  CHECK(ends.count == 0);
  REQUIRE(add_ends(view(*make({9, 8, 7}, true)), seconds(0, 2), ends));
  REQUIRE(add_ends(view(*make({1, 2, 1}, false)), seconds(0, 3), ends));
  CHECK(ends.count == 5);
  CHECK(ends.first.value == 9);
  CHECK(ends.last.value == 1);
  CHECK(ends.falls == std::vector<double>{9, 8, 2});
}

TEST_CASE("run ends: a stale marker within the range needs the samples, one outside does not") {
  const auto run = make({1, 2, kStaleMarker, 4, 5}, true);
  RangeEnds ends;
  CHECK_FALSE(add_ends(view(*run), seconds(2, 4), ends));
  ends = {};
  CHECK(add_ends(view(*run), seconds(4, 5), ends));
  CHECK(ends.count == 2);
}

TEST_CASE("run ends: damaged runs and those of files are left to who decodes") {
  const auto run = make({1, 2, 3}, true);
  RunView damaged = view(*run);
  damaged.values = damaged.values.substr(0, 1);
  RangeEnds ends;
  CHECK_FALSE(add_ends(damaged, seconds(0, 9), ends));
  const DenseView dense;
  RunView of_file = view(*run);
  of_file.dense = &dense;
  CHECK_FALSE(add_ends(of_file, seconds(0, 9), ends));
}
