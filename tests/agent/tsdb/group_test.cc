#include "agent/tsdb/group.h"

#include <catch2/catch.hpp>
#include <random>

#include "agent/tsdb/chunk_reader.h"
#include "tests/agent/tsdb/doubles.h"
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
  const auto chunks = *encode_group(series, compressor);
  REQUIRE(chunks.size() == 1);
  ChunkReader reader;
  const auto chunk = reader.open(chunks[0], Slots().set(1).set(2).set(63));
  REQUIRE(chunk.ok());
  CHECK((*chunk)->parts().size() == 3);
  for (const std::uint32_t slot : {1u, 2u, 63u}) {
    std::vector<RunView> stored, original;
    (*chunk)->add_runs(slot, stored);
    for (const auto& run : series[slot].runs) original.push_back(view(*run));
    Columns a, b;
    REQUIRE(read_runs(stored, {}, a).ok());
    REQUIRE(read_runs(original, {}, b).ok());
    CHECK(points(a) == points(b));
    CHECK(a.size() == 101 - slot);
  }
}

TEST_CASE("group: related series of every shape come back bit for bit, whole and in part") {
  std::mt19937_64 random(9);
  auto column = std::make_shared<TimeColumn>();
  for (std::uint32_t i = 0; i < kRunSamples; ++i)
    column->times[column->count++] = 1'000'000 + 1000 * i + std::int64_t(random() % 3);
  std::vector<GroupSeries> series;
  std::vector<std::vector<double>> all;
  for (std::uint32_t slot = 0; slot < kGroupSeries; ++slot) {
    auto values = lapwing::tsdb::testing::shaped(int(slot) % lapwing::tsdb::testing::kShapes,
                                                 kRunSamples, random);
    if (slot >= 64)
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = all[slot - 64][i] * 2 + 1;
    OpenRun open;
    for (std::uint32_t i = 0; i < kRunSamples; ++i)
      open.append(column->times[i], values[i], column, i);
    series.push_back({slot, {open.seal()}});
    all.push_back(std::move(values));
  }
  Compressor compressor;
  const auto chunks = *encode_group(series, compressor);
  REQUIRE(chunks.size() == 1);
  const auto chunk = *ChunkReader().open(chunks[0], all_slots());
  REQUIRE(chunk->parts().size() == kGroupSeries);
  for (const GroupChunk::Part& part : chunk->parts()) {
    const std::vector<RunView> views = {view(part)};
    Columns whole, part_of_it;
    REQUIRE(read_runs(views, {}, whole).ok());
    CHECK(lapwing::tsdb::testing::same_bits(whole.values, all[part.slot]));
    REQUIRE(read_runs(views, {from_millis(column->times[130]), from_millis(column->times[139])},
                      part_of_it)
                .ok());
    CHECK(part_of_it.size() == 10);
    CHECK(lapwing::tsdb::testing::same_bits(
        part_of_it.values, {whole.values.begin() + 130, whole.values.begin() + 140}));
  }
}
