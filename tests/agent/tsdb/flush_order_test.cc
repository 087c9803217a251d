#include "agent/tsdb/flush_order.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::kStart;

namespace {

/// A series with a run at each of these minutes from the start.
Sealed series_of(const std::vector<int>& minutes) {
  Sealed series;
  for (const int minute : minutes) {
    OpenRun run;
    run.append(to_millis(kStart + minute * 1min + 1s), 1, nullptr, 0);
    series.runs.push_back(run.seal());
  }
  return series;
}

}  // namespace

TEST_CASE("flush order: period by period, group by group, runs of a series in their order") {
  Sealed first = series_of({0, 20, 5}), second = series_of({1}), third = series_of({16, 2});
  const std::vector<Sealed*> series = {&first, &second, &third};
  // The second is in the next group.
  const std::vector<std::uint32_t> numbers = {7, kGroupSeries + 1, 3};
  std::string told;
  const auto order = in_file_order(series, numbers, 15min);
  const Timestamp begin = start_of(kStart + 1s, 15min);
  auto done = each_chunk(
      order, 15min,
      [&](Timestamp start, std::uint32_t group, std::span<const PlacedRun> runs) -> Result<void> {
        told += std::to_string((start - begin) / 1min) + "/" + std::to_string(group) + ":";
        for (const PlacedRun& one : runs)
          told += " " + std::to_string(one.number) + "." + std::to_string(one.run);
        told += "; ";
        return {};
      });
  CHECK(done.ok());
  CHECK(told == "0/0: 3.1 7.0 7.2; 0/1: 129.0; 15/0: 3.0 7.1; ");
}

TEST_CASE("flush order: the first error ends it") {
  Sealed one = series_of({0, 20, 40});
  const std::vector<Sealed*> series = {&one};
  const std::vector<std::uint32_t> numbers = {0};
  int calls = 0;
  auto done = each_chunk(in_file_order(series, numbers, 15min), 15min,
                         [&](Timestamp, std::uint32_t, std::span<const PlacedRun>) -> Result<void> {
                           return ++calls == 2 ? Result<void>(unavailable("full")) : Result<void>();
                         });
  CHECK_FALSE(done.ok());
  CHECK(calls == 2);
}
