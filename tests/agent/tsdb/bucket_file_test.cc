// Minute files by themselves; store_flush_test.cc holds them against samples.
#include "agent/tsdb/bucket_file.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

TEST_CASE("bucket file: a bucket that had more samples than are left stays") {
  const TemporaryDirectory folder;
  ChunkFile minutes = file_of(folder, Tier::Minutes);
  Sealed full = sealed(kStart, 60, 1), late = sealed(kStart + 90s, 20, 2);
  REQUIRE(write_minutes(minutes, nullptr, {&full}, 15min, kAsItIs).ok());
  Sealed fewer = sealed(kStart + 30s, 2, 9);
  REQUIRE(write_minutes(minutes, nullptr, {&fewer}, 15min, kAsItIs).ok());
  CHECK(*minutes.writes() == 1);
  REQUIRE(write_minutes(minutes, nullptr, {&late}, 15min, kAsItIs).ok());
  const Minutes buckets = all(minutes);
  REQUIRE(buckets.size() == 2);
  CHECK(buckets.counts == std::vector<std::uint32_t>{60, 20});
  CHECK(buckets.firsts[1] == 2);
}

TEST_CASE("bucket file: what is newer than all that is there joins it without the samples") {
  const TemporaryDirectory folder;
  ChunkFile minutes = file_of(folder, Tier::Minutes);
  // The file of the samples is not there: whoever reads it fails.
  const FileSpan day = span_of(Tier::Raw, kStart + 1s);
  const ChunkFile none(folder / "none" + "/raw.db", Tier::Raw, day);
  Sealed first = sealed(kStart, 80, 3), next = sealed(kStart + 80s, 70, 2);
  REQUIRE(write_minutes(minutes, nullptr, {&first}, 15min, kAsItIs).ok());
  REQUIRE(write_minutes(minutes, &none, {&next}, 15min, kAsItIs).ok());
  const Minutes buckets = all(minutes);
  CHECK(buckets.counts == std::vector<std::uint32_t>{60, 60, 30});
  CHECK(buckets.sums == std::vector<double>{180, 20 * 3 + 40 * 2, 60});
  CHECK(buckets.exact_sums);
  CHECK(buckets.minima == std::vector<double>{3, 2, 2});
  CHECK(buckets.maxima == std::vector<double>{3, 3, 2});
  CHECK(buckets.first_times[1] == kStart + 61s);
  CHECK(buckets.last_times[1] == kStart + 120s);
  CHECK_FALSE(write_minutes(minutes, &none, {&first}, 15min, kAsItIs).ok());

  const TemporaryDirectory counters;
  ChunkFile counted = file_of(counters, Tier::Minutes);
  first.kind = next.kind = SeriesKind::Counter;
  REQUIRE(write_minutes(counted, nullptr, {&first}, 15min, kAsItIs).ok());
  REQUIRE(write_minutes(counted, &none, {&next}, 15min, kAsItIs).ok());
  CHECK(all(counted).corrections == std::vector<double>{0, 3, 0});
}

TEST_CASE("bucket file: a damaged chunk costs that chunk and raises suspicion") {
  const TemporaryDirectory folder;
  ChunkFile minutes = file_of(folder, Tier::Minutes);
  for (int period = 0; period < 2; ++period) {
    Sealed one = sealed(kStart + period * 15min, 60, 1);
    REQUIRE(write_minutes(minutes, nullptr, {&one}, 15min, kAsItIs).ok());
  }
  {
    auto connection =
        sqlite::Connection::open(minutes.path(), {.journal_mode = sqlite::JournalMode::Truncate});
    REQUIRE(connection->execute("UPDATE chunk SET data = x'0000' WHERE id >> 40 = 15").ok());
  }
  std::vector<StoredBuckets> chunks;
  CHECK(read_bucket_chunks(minutes, 0, {}, chunks).error().kind == ErrorKind::Corrupt);
  CHECK(chunks.size() == 1);
  CHECK(minutes.take_suspicion());
  CHECK(minutes.take_damaged_chunks().size() == 1);
}
