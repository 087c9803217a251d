#include "agent/tsdb/day_file.h"

#include <catch2/catch.hpp>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::testing::TemporaryDirectory;
using lapwing::tsdb::testing::kStart;

namespace {

const DayFile::Intern kAsItIs = [](const Labels& labels) { return labels; };

Sealed sealed(int number, Timestamp first, int samples) {
  OpenRun open;
  for (int i = 0; i < samples; ++i) open.append(to_millis(first) + 1000 * i, i, nullptr, 0);
  Sealed out;
  out.labels = {{"__name__", "m"}, {"i", std::to_string(number)}};
  out.kind = SeriesKind::Counter;
  out.runs.push_back(open.seal());
  return out;
}

}  // namespace

TEST_CASE("day file: names and days agree") {
  const std::int32_t day = day_of(kStart);
  CHECK(day_file_name(day) == "2023-11-15.db");
  CHECK(day_of_name("2023-11-15.db") == day);
  CHECK(day_of(kStart + 24h - 1ms) == day);
  CHECK_FALSE(day_of_name("2023-11-15.db.damaged").has_value());
  CHECK_FALSE(day_of_name("2023-13-15.db").has_value());
  CHECK_FALSE(day_of_name("state.db").has_value());
}

TEST_CASE("day file: series are numbered once, chunks and late parts are read in turn") {
  const TemporaryDirectory folder;
  auto file = DayFile::open(folder / "2023-11-15.db", day_of(kStart));
  REQUIRE(file.ok());
  CHECK((*file)->extent().from == (*file)->extent().to);
  std::vector<Sealed> series;
  for (int i = 0; i < 70; ++i) series.push_back(sealed(i, kStart + 1h, 10));
  std::vector<Sealed*> pointers;
  for (Sealed& one : series) pointers.push_back(&one);
  REQUIRE((*file)->write(pointers, 15min, {5, 6, kStart + 2h}, kAsItIs).ok());
  CHECK(series[69].place.number == 69);
  Sealed again = sealed(69, kStart + 1h + 20s, 5);
  REQUIRE((*file)->write({&again}, 15min, {5, 7, kStart + 2h}, kAsItIs).ok());
  CHECK(again.place.number == 69);

  auto reopened = DayFile::open(folder / "2023-11-15.db", day_of(kStart));
  REQUIRE(reopened.ok());
  CHECK((*reopened)->mark().segment == 7);
  CHECK((*reopened)->mark().epoch == 5);
  CHECK((*reopened)->extent().from == kStart + 1h);
  CHECK((*reopened)->extent().to == kStart + 1h + 15min);
  auto index = (*reopened)->index(kAsItIs);
  REQUIRE((*index)->series.size() == 70);
  CHECK((*index)->series[69].group == 1);
  CHECK((*index)->series[69].slot == 5);
  CHECK((*index)->series[69].kind == SeriesKind::Counter);
  StoredRuns runs;
  REQUIRE((*reopened)->read(1, {5}, {}, runs).ok());
  CHECK(runs[5].size() == 2);
  runs.clear();
  REQUIRE((*reopened)->read(1, {5}, {kStart + 3h, kNever}, runs).ok());
  CHECK(runs.empty());
  (*reopened)->retire();
  REQUIRE((*reopened)->read(1, {5}, {}, runs).ok());
  CHECK(runs.empty());
}

TEST_CASE("day file: a database of another kind is Invalid, a broken one Corrupt") {
  const TemporaryDirectory folder;
  {
    auto other = sqlite::Connection::open(folder / "a.db");
    REQUIRE(other->execute("CREATE TABLE t(a)").ok());
  }
  CHECK(DayFile::open(folder / "a.db", 1).error().kind == ErrorKind::Invalid);
  const std::string broken = folder.write("b.db", std::string(8192, 'x'));
  CHECK(DayFile::open(broken, 1).error().kind == ErrorKind::Corrupt);
}

TEST_CASE("day file: one damaged chunk costs that chunk") {
  const TemporaryDirectory folder;
  const std::string path = folder / "2023-11-15.db";
  auto file = DayFile::open(path, day_of(kStart));
  for (int period = 0; period < 3; ++period) {
    Sealed one = sealed(1, kStart + period * 15min, 10);
    REQUIRE((*file)->write({&one}, 15min, {}, kAsItIs).ok());
  }
  {
    auto connection =
        sqlite::Connection::open(path, {.journal_mode = sqlite::JournalMode::Truncate});
    REQUIRE(connection->execute("UPDATE chunk SET data = x'00' WHERE id >> 40 = 15").ok());
  }
  StoredRuns runs;
  CHECK((*file)->read(0, {0}, {}, runs).error().kind == ErrorKind::Corrupt);
  CHECK(runs[0].size() == 2);
  CHECK((*file)->take_suspicion());
  CHECK_FALSE((*file)->take_suspicion());
  CHECK((*file)->check().ok());
}
