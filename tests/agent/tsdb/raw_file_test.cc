#include "agent/tsdb/raw_file.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::testing::TemporaryDirectory;
using lapwing::tsdb::testing::kAsItIs;
using lapwing::tsdb::testing::kStart;

namespace {

Sealed sealed(int number, Timestamp after, int samples) {
  OpenRun open;
  for (int i = 1; i <= samples; ++i) open.append(to_millis(after) + 1000 * i, i, nullptr, 0);
  Sealed out;
  out.labels = {{"__name__", "m"}, {"i", std::to_string(number)}};
  out.kind = SeriesKind::Counter;
  out.runs.push_back(open.seal());
  return out;
}

ChunkFile day_file(const TemporaryDirectory& folder) {
  return ChunkFile(folder / "2023-11-15.db", Tier::Raw, span_of(Tier::Raw, kStart + 1s));
}

std::size_t samples(const ChunkFile& file, const Labels& labels, TimeRange range) {
  const auto index = file.index(kAsItIs);
  const std::uint32_t number = (*index)->index.find(labels)->second;
  ChunkReader reader;
  GroupChunks chunks;
  REQUIRE(read_raw(file, group_of(number), only_slot(slot_of(number)), range, reader, chunks).ok());
  std::vector<RunView> views;
  add_runs(chunks, slot_of(number), views);
  Columns columns;
  REQUIRE(read_runs(views, range, columns).ok());
  return columns.size();
}

}  // namespace

TEST_CASE("raw file: series are numbered once, chunks and late parts are read in turn") {
  const TemporaryDirectory folder;
  ChunkFile file = day_file(folder);
  std::vector<Sealed> series;
  for (int i = 0; i < 170; ++i) series.push_back(sealed(i, kStart + 1h, 10));
  std::vector<Sealed*> pointers;
  for (Sealed& one : series) pointers.push_back(&one);
  REQUIRE(write_raw(file, pointers, 15min, {5, 6, kStart + 2h}, false, kAsItIs).ok());
  Sealed again = sealed(69, kStart + 1h + 20s, 5);
  REQUIRE(write_raw(file, {&again}, 15min, {5, 7, kStart + 2h}, false, kAsItIs).ok());

  const ChunkFile reopened = day_file(folder);
  CHECK(reopened.mark()->segment == 7);
  CHECK((*reopened.index(kAsItIs))->series.size() == 170);
  CHECK(samples(reopened, again.labels, {}) == 15);
  CHECK(samples(reopened, series[68].labels, {}) == 10);
  CHECK(samples(reopened, again.labels, {kStart + 3h, kNever}) == 0);
}

TEST_CASE("raw file: one damaged chunk costs that chunk") {
  const TemporaryDirectory folder;
  ChunkFile file = day_file(folder);
  for (int period = 0; period < 3; ++period) {
    Sealed one = sealed(1, kStart + period * 15min, 10);
    REQUIRE(write_raw(file, {&one}, 15min, {}, false, kAsItIs).ok());
  }
  {
    auto connection =
        sqlite::Connection::open(file.path(), {.journal_mode = sqlite::JournalMode::Truncate});
    REQUIRE(connection->execute("UPDATE chunk SET data = x'00' WHERE id >> 40 = 15").ok());
  }
  ChunkReader reader;
  GroupChunks chunks;
  CHECK(read_raw(file, 0, only_slot(0), {}, reader, chunks).error().kind == ErrorKind::Corrupt);
  CHECK(chunks.size() == 2);
  CHECK(file.take_suspicion());
  CHECK(file.check().ok());
  const auto damaged = file.take_damaged_chunks();
  REQUIRE(damaged.size() == 1);
  CHECK(damaged[0].find("period 2023-11-15T00:15:00Z, group 0: ") == 0);
  // Each chunk is told of once, however often it is read.
  CHECK_FALSE(read_raw(file, 0, only_slot(0), {}, reader, chunks).ok());
  CHECK_FALSE(file.take_suspicion());
  CHECK(file.take_damaged_chunks().empty());
}
