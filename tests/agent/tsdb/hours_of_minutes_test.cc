#include "agent/tsdb/hours_of_minutes.h"

#include <catch2/catch.hpp>

#include "agent/tsdb/bucket_file.h"
#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

TEST_CASE("hours of minutes: they are made once, and anew when the minutes changed") {
  const TemporaryDirectory folder;
  ChunkFile minutes = file_of(folder, Tier::Minutes);
  ChunkFile hours = file_of(folder, Tier::Hours);
  bool changed = false;
  REQUIRE(write_hours(hours, minutes, changed, kAsItIs).ok());
  CHECK_FALSE(changed);
  Sealed early = sealed(kStart + 10min, 60, 4);
  REQUIRE(write_minutes(minutes, nullptr, {&early}, 15min, kAsItIs).ok());
  REQUIRE(write_hours(hours, minutes, changed, kAsItIs).ok());
  CHECK(changed);
  changed = false;
  REQUIRE(write_hours(hours, minutes, changed, kAsItIs).ok());
  CHECK_FALSE(changed);
  Sealed later = sealed(kStart + 40min, 30, 8);
  REQUIRE(write_minutes(minutes, nullptr, {&later}, 15min, kAsItIs).ok());
  REQUIRE(write_hours(hours, minutes, changed, kAsItIs).ok());
  const Minutes buckets = all(hours);
  REQUIRE(buckets.size() == 1);
  CHECK(buckets.ends[0] == kStart + 1h);
  CHECK(buckets.counts[0] == 90);
  CHECK(buckets.sums[0] == 60 * 4 + 30 * 8);
  CHECK(buckets.maxima[0] == 8);
}

TEST_CASE("hours of minutes: hours that say something else are named, fuller ones are right") {
  const TemporaryDirectory folder;
  ChunkFile minutes = file_of(folder, Tier::Minutes);
  ChunkFile hours = file_of(folder, Tier::Hours);
  Sealed early = sealed(kStart + 10min, 60, 4.5);
  REQUIRE(write_minutes(minutes, nullptr, {&early}, 15min, kAsItIs).ok());
  bool changed = false;
  REQUIRE(write_hours(hours, minutes, changed, kAsItIs).ok());
  CHECK(differing_hours(hours, minutes)->empty());
  const Minutes right = all(hours);
  const auto put = [&](std::uint32_t count, double maximum) {
    SlotBuckets one{0, Keeps::Extremes, right};
    one.buckets.counts[0] = count;
    one.buckets.maxima[0] = maximum;
    Compressor compressor;
    auto writer = ChunkFile::Writer::begin(hours, kAsItIs);
    REQUIRE(writer.ok());
    REQUIRE(writer->add(kStart, 0, *encode_buckets({&one, 1}, 1h, compressor)).ok());
    REQUIRE(writer->commit({}, kDay).ok());
  };
  put(60, 5);
  const auto lines = *differing_hours(hours, minutes);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::Contains("2023.db: day 2023-11-15: ") && Catch::Contains("differ"));
  put(59, 4.5);
  CHECK(differing_hours(hours, minutes)->size() == 1);
  put(61, 5);  // minutes were lost since
  CHECK(differing_hours(hours, minutes)->empty());
  {
    auto writer = ChunkFile::Writer::begin(hours, kAsItIs);
    REQUIRE(writer.ok());
    REQUIRE(writer->remove(kStart).ok());
    REQUIRE(writer->commit({}, kDay).ok());
  }
  REQUIRE(differing_hours(hours, minutes)->size() == 1);
  CHECK_THAT(differing_hours(hours, minutes)->front(), Catch::Contains("no hours of minutes"));
  // Of an earlier state of the minutes: they will be made anew.
  Sealed later = sealed(kStart + 40min, 30, 8);
  REQUIRE(write_minutes(minutes, nullptr, {&later}, 15min, kAsItIs).ok());
  CHECK(differing_hours(hours, minutes)->empty());
}
