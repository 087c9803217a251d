#include "agent/tsdb/group.h"

#include <catch2/catch.hpp>
#include <random>

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
  StoredRuns runs;
  const auto decoded = decode_group(chunks[0], {1, 2, 63}, runs);
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
  CHECK_FALSE(kind(std::string_view("\x01\x00\x00", 3)));
  CHECK(kind(std::string_view("\x04\x00\x00", 3)));
  // A part of a column of times that there is not, and a column of more times than one may have.
  CHECK_FALSE(kind(std::string_view("\x04\x00\x01\x00\x01\x00\x01\x00\x00\x00", 10)));
  CHECK_FALSE(kind("\x04\x01\xff\xff\xff\xff\x7f\x01"));
  // The first part has nothing before it whose samples could be its own.
  CHECK_FALSE(kind(std::string_view("\x04\x00\x01\x00\x00\x00\x00\x00", 8)));
  CHECK(runs.empty());
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
  const auto chunk = *GroupChunk::open(chunks[0]);
  REQUIRE(chunk->parts().size() == kGroupSeries);
  for (const GroupChunk::Part& part : chunk->parts()) {
    const std::vector<RunView> views = {view(StoredRun{chunk, &part})};
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

TEST_CASE("group: a chunk whose columns refer to later ones or in circles is Corrupt") {
  Compressor compressor;
  const auto opens = [&](char first_reference, char second_reference) {
    // One column of two times, 1 and 2 s; two series of two samples with the same times. Of each
    // column flags, form and base; the slope of the times; a reference each; a body's length.
    std::string content("\x04\x01\x02\x02\x00\x00\x01\x00\x02\x00", 10);
    content += std::string("\x03\x05\x05\x00\x00\x00\xd0\x0f\x00\x00\xd0\x0f", 12);
    content += {1, first_reference, 1, second_reference};
    content += std::string("\x01\x00", 2);
    return GroupChunk::open(*compressor.compress(content, 1)).ok();
  };
  CHECK_FALSE(opens(2, 0));
  CHECK_FALSE(opens(0, 2));
  CHECK_FALSE(opens(2, 2));
}
