#include "agent/tsdb/group.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::points;

TEST_CASE("group: runs with shared and own times come back by slot") {
  auto column = std::make_shared<TimeColumn>();
  for (std::uint32_t i = 0; i < 100; ++i) column->times[column->count++] = 1'000'000 + 1000 * i;
  std::mt19937_64 random(8);
  std::vector<GroupSeries> series;
  for (std::uint32_t slot = 0; slot < kGroupSeries; ++slot) {
    OpenRun open, late;
    for (std::uint32_t i = slot; i < 100; ++i)
      open.append(column->times[i], double(random() % 1000), slot % 2 == 0 ? column : nullptr, i);
    late.append(5, double(slot), nullptr, 0);
    series.push_back({slot, {open.seal(), late.seal()}});
  }
  Compressor compressor;
  const std::string chunk = *encode_group(series, compressor);
  StoredRuns runs;
  const auto decoded = decode_group(chunk, {1, 2, 63}, runs);
  INFO((decoded ? "" : decoded.error().message));
  REQUIRE(decoded.ok());
  REQUIRE(runs.size() == 3);
  for (const auto& [slot, list] : runs) {
    std::vector<RunView> stored, original;
    for (const StoredRun& run : list) stored.push_back(view(run));
    for (const auto& run : series[slot].runs) original.push_back(view(*run));
    Columns a, b;
    REQUIRE(read_runs(stored, {}, a).ok());
    REQUIRE(read_runs(original, {}, b).ok());
    CHECK(points(a) == points(b));
    CHECK(a.size() == 101 - slot);
  }
}

TEST_CASE("group: cut, foreign and hostile content is Corrupt") {
  Compressor compressor;
  StoredRuns runs;
  const auto kind = [&](std::string_view content) {
    return decode_group(*compressor.compress(content, 1), {0}, runs).ok();
  };
  CHECK_FALSE(kind(""));
  CHECK_FALSE(kind(std::string_view("\x02\x00\x00", 3)));
  CHECK(kind(std::string_view("\x01\x00\x00", 3)));
  CHECK_FALSE(kind(std::string_view("\x01\x00\x01\x00\x01\x00\x00\x01\x00", 9)));
  CHECK_FALSE(kind("\x01\x01\xff\xff\xff\xff\x7f\x01\x00"));
  CHECK(runs.empty());
}
