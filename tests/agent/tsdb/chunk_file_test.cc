#include "agent/tsdb/chunk_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::testing::TemporaryDirectory;
using lapwing::tsdb::testing::kAsItIs;
using lapwing::tsdb::testing::kStart;

namespace {

ChunkFile day_file(const TemporaryDirectory& folder, Tier tier = Tier::Raw) {
  const FileSpan span = span_of(tier, kStart + 1s);
  return ChunkFile(folder / file_name(tier, span), tier, span);
}

std::vector<FileSeries> series(int count) {
  std::vector<FileSeries> out;
  for (int i = 0; i < count; ++i)
    out.push_back({{{"__name__", "m"}, {"i", std::to_string(i)}}, SeriesKind::Counter});
  return out;
}

std::vector<std::string> chunks(const ChunkFile& file, std::uint32_t group, TimeRange range = {}) {
  std::vector<std::string> out;
  CHECK(file.read(group, range,
                  [&](Timestamp, std::string_view chunk) -> Result<void> {
                    out.emplace_back(chunk);
                    return {};
                  })
            .ok());
  return out;
}

}  // namespace

TEST_CASE("chunk file: series, chunks, parts, notes and mark are there after reopening") {
  const TemporaryDirectory folder;
  ChunkFile file = day_file(folder);
  CHECK_FALSE(std::filesystem::exists(file.path()));
  {
    auto writer = ChunkFile::Writer::begin(file, kAsItIs);
    REQUIRE(writer.ok());
    REQUIRE(writer->add(series(300)).ok());
    CHECK(writer->find(series(300)[299].labels) == 299u);
    REQUIRE(writer->add(kStart + 1h, 2, "first").ok());
    REQUIRE(writer->add(kStart + 1h, 2, "second").ok());
    REQUIRE(writer->add(kStart + 2h, 2, "third").ok());
    REQUIRE(writer->add(kStart + 2h, 1, "other").ok());
    REQUIRE(writer->set_note(7, 99).ok());
    REQUIRE(writer->commit({5, 6, kStart + 3h}, 30min, true).ok());
  }
  ChunkFile again = day_file(folder);
  CHECK(again.extent().to == kStart + 24h);
  CHECK(again.mark()->segment == 6);
  CHECK(again.mark()->cut == kStart + 3h);
  CHECK(*again.period() == 30min);
  CHECK(*again.writes() == 1);
  CHECK(*again.begun_anew());
  CHECK(*again.starts() == std::vector<Timestamp>{kStart + 1h, kStart + 2h});
  CHECK(again.extent().from == kStart + 1h);
  CHECK(again.extent().to == kStart + 2h + 30min);
  CHECK(**again.note(7) == 99);
  CHECK_FALSE((*again.note(8)).has_value());
  CHECK(chunks(again, 2) == std::vector<std::string>{"first", "second", "third"});
  CHECK(chunks(again, 2, {kStart + 1h + 31min, kNever}) == std::vector<std::string>{"third"});
  CHECK(chunks(again, 9).empty());
  const auto index = again.index(kAsItIs);
  REQUIRE((*index)->series.size() == 300);
  CHECK((*index)->series[123].labels == series(300)[123].labels);
  CHECK((*index)->series[123].kind == SeriesKind::Counter);

  auto writer = ChunkFile::Writer::begin(again, kAsItIs);
  CHECK(writer->series() == 300);
  CHECK(writer->find(series(1)[0].labels) == 0u);
  REQUIRE(writer->remove(kStart + 1h).ok());
  REQUIRE(writer->commit({}, 15min).ok());
  CHECK(chunks(again, 2) == std::vector<std::string>{"third"});
  CHECK(*again.writes() == 2);
  CHECK(*again.period() == 30min);
}

TEST_CASE("chunk file: without commit nothing is stored") {
  const TemporaryDirectory folder;
  ChunkFile file = day_file(folder);
  {
    auto writer = ChunkFile::Writer::begin(file, kAsItIs);
    REQUIRE(writer->add(kStart, 0, "lost").ok());
  }
  CHECK(*file.writes() == 0);
  CHECK(chunks(file, 0).empty());
  CHECK(file.extent().from == file.extent().to);
}

TEST_CASE("chunk file: a database of another kind is Invalid, a broken one Corrupt, both suspect") {
  const TemporaryDirectory folder;
  {
    auto other = sqlite::Connection::open(folder / "2023-11-15.db");
    REQUIRE(other->execute("CREATE TABLE t(a)").ok());
  }
  const ChunkFile other = day_file(folder);
  CHECK(other.load().error().kind == ErrorKind::Invalid);
  CHECK(other.take_suspicion());
  folder.write("2023.db", std::string(8192, 'x'));
  const ChunkFile broken = day_file(folder, Tier::Hours);
  CHECK(broken.index(kAsItIs).error().kind == ErrorKind::Corrupt);
  CHECK(broken.take_suspicion());
  CHECK_FALSE(broken.take_suspicion());
}

TEST_CASE("chunk file: one that was cut within a page, or lost its mark, is Corrupt") {
  const TemporaryDirectory folder;
  for (const bool cut : {true, false}) {
    ChunkFile file = day_file(folder, Tier::Minutes);
    {
      auto writer = ChunkFile::Writer::begin(file, kAsItIs);
      REQUIRE(writer->add(kStart, 0, "chunk").ok());
      REQUIRE(writer->commit({}, 15min).ok());
    }
    if (cut) {
      std::filesystem::resize_file(file.path(), 700);
    } else {
      auto connection =
          sqlite::Connection::open(file.path(), {.journal_mode = sqlite::JournalMode::Truncate});
      REQUIRE(connection->execute("DELETE FROM chunk WHERE id = -1").ok());
    }
    const ChunkFile again = day_file(folder, Tier::Minutes);
    CHECK(again.load().error().kind == ErrorKind::Corrupt);
    CHECK(again.take_suspicion());
    std::filesystem::remove(file.path());
  }
}

TEST_CASE("chunk file: one that lost series is Corrupt and suspect, not one with fewer series") {
  const TemporaryDirectory folder;
  ChunkFile file = day_file(folder);
  {
    auto writer = ChunkFile::Writer::begin(file, kAsItIs);
    REQUIRE(writer->add(series(3)).ok());
    REQUIRE(writer->commit({}, 15min).ok());
  }
  {
    auto connection =
        sqlite::Connection::open(file.path(), {.journal_mode = sqlite::JournalMode::Truncate});
    REQUIRE(connection->execute("DELETE FROM chunk WHERE id < -1").ok());
  }
  const ChunkFile again = day_file(folder);
  CHECK(again.index(kAsItIs).error().kind == ErrorKind::Corrupt);
  CHECK(again.take_suspicion());
}

TEST_CASE("chunk file: a raw file is not taken for one of minutes") {
  const TemporaryDirectory folder;
  ChunkFile raw = day_file(folder);
  REQUIRE(raw.load().ok());
  const ChunkFile minutes(raw.path(), Tier::Minutes, raw.span());
  CHECK(minutes.load().error().kind == ErrorKind::Invalid);
}

TEST_CASE("chunk file: a retired file reads as empty and makes nothing anew") {
  const TemporaryDirectory folder;
  ChunkFile file = day_file(folder);
  {
    auto writer = ChunkFile::Writer::begin(file, kAsItIs);
    REQUIRE(writer->add(kStart, 0, "gone").ok());
    REQUIRE(writer->commit({}, 15min).ok());
  }
  file.retire();
  std::filesystem::remove(file.path());
  CHECK(chunks(file, 0).empty());
  CHECK((*file.index(kAsItIs))->series.empty());
  CHECK(file.starts()->empty());
  CHECK_FALSE(std::filesystem::exists(file.path()));
}
