// Retention of each tier, files that are lost, and a folder of a year.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

const Labels kLoad{{"__name__", "load"}};

std::size_t files(const Bench& bench, const char* tier) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(bench.options.folder + "/" + tier))
    count += entry.path().extension() == ".db" ? 1 : 0;
  return count;
}

/// A few samples a day, each day in its files, and what the store does meanwhile.
void run_days(Bench& bench, int days) {
  for (int i = 0; i < days * 4; ++i) {
    bench.clock.advance(6h);
    bench.add(bench.resolve(kLoad), bench.clock.now(), i);
    bench.store->step(bench.clock.now());
  }
}

void harm(const std::string& path, const std::string& sql) {
  auto connection = sqlite::Connection::open(path, {.journal_mode = sqlite::JournalMode::Truncate});
  REQUIRE(connection->execute(sql).ok());
}

// Less than a page, so that its header and its cells are hit apart from one another.
constexpr std::size_t kZeros = 512;

void zero(const std::string& path, std::size_t at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(std::streamoff(at));
  file << std::string(kZeros, '\0');
}

/// A day of values that do not compress well, and a moment of the next, so that the day's file is
/// not the newest.
void fill_day(Bench& bench) {
  std::uint64_t value = 1;
  for (int i = 0; i < 24 * 12 + 40; ++i) {
    bench.clock.advance(5min);
    value = value * 6364136223846793005u + 1442695040888963407u;
    bench.add(bench.resolve(kLoad), bench.clock.now(), double(value >> 20));
    bench.store->step(bench.clock.now());
  }
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
}

}  // namespace

TEST_CASE("store: each tier keeps its own time") {
  Bench bench;
  bench.options.raw = {2 * 24h, 0};
  bench.options.minutes = {5 * 24h, 0};
  REQUIRE(bench.open().ok());
  run_days(bench, 12);
  CHECK(files(bench, "raw") <= 4);
  CHECK(files(bench, "minutes") >= 5);
  CHECK(files(bench, "minutes") <= 7);
  CHECK(files(bench, "hours") == 1);
  auto set = bench.store->select(named("load"), {});
  CHECK((*set)->coarsest() == 1h);
  // Two hours a file with one sample each at least: nothing of the twelve days is lost.
  CHECK(bench.read(named("load")).size() == 48);
  CHECK(*bench.store->label_names({}, {kStart, kStart + 24h}) ==
        std::vector<std::string>{"__name__"});
  CHECK((*bench.store->select(named("load"), {kStart, kStart + 24h}))->size() == 1);
}

TEST_CASE("store: a tier's size limit removes its oldest files, the newest stays") {
  Bench bench;
  bench.options.minutes = {0ms, 1};
  REQUIRE(bench.open().ok());
  run_days(bench, 4);
  CHECK(files(bench, "raw") == 4);
  CHECK(files(bench, "minutes") == 1);
  CHECK(bench.read(named("load")).size() == 16);
}

TEST_CASE("store: an old file that was cut short is set aside, its minutes answer") {
  Bench bench;
  REQUIRE(bench.open().ok());
  run_days(bench, 3);
  bench.store.reset();
  const std::string path = bench.options.folder + "/raw/2023-11-15.db";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")).size() == 12);
  bench.clock.advance(1min);
  bench.store->step(bench.clock.now());
  CHECK(std::filesystem::exists(path + ".damaged"));
  CHECK(bench.lines.find("2023-11-15.db.damaged") != std::string::npos);
  CHECK(bench.read(named("load")).size() == 12);
}

TEST_CASE("store: lost minutes and hours are set aside, the samples answer") {
  Bench bench;
  REQUIRE(bench.open().ok());
  run_days(bench, 3);
  bench.store.reset();
  for (const char* path : {"tsdb/minutes/2023-11-15.db", "tsdb/hours/2023.db"})
    bench.directory.write(path, std::string(4096, 'x'));
  REQUIRE(bench.open().ok());
  INFO(bench.lines);
  CHECK(bench.read(named("load")).size() == 12);
  CHECK(std::filesystem::exists(bench.options.folder + "/hours/2023.db.damaged"));
  auto set = bench.store->select(named("load"), {kStart, kStart + 60h});
  Minutes minutes;
  static_cast<void>((*set)->read_minutes(0, MinuteNeed::Sums, minutes));
  bench.clock.advance(1min);
  bench.store->step(bench.clock.now());
  CHECK(std::filesystem::exists(bench.options.folder + "/minutes/2023-11-15.db.damaged"));
  CHECK(bench.read(named("load")).size() == 12);
}

TEST_CASE("store: a file that cannot name its series is set aside, its minutes answer") {
  Bench bench;
  REQUIRE(bench.open().ok());
  run_days(bench, 3);
  bench.store.reset();
  const std::string path = bench.options.folder + "/raw/2023-11-15.db";
  harm(path, "DELETE FROM chunk WHERE id < -1");
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")).size() == 12);
  bench.clock.advance(1min);
  bench.store->step(bench.clock.now());
  CHECK(std::filesystem::exists(path + ".damaged"));
  CHECK(bench.counted("lapwing_store_files_set_aside_total") == 1);
  CHECK(bench.read(named("load")).size() == 12);
}

TEST_CASE("store: a damaged chunk costs that chunk, is counted and named once") {
  Bench bench;
  REQUIRE(bench.open().ok());
  run_days(bench, 3);
  bench.store.reset();
  const std::string path = bench.options.folder + "/raw/2023-11-15.db";
  harm(path, "UPDATE chunk SET data = x'00' WHERE id = (SELECT max(id) FROM chunk)");
  REQUIRE(bench.open().ok());
  for (int minute = 0; minute < 3; ++minute) {
    auto set = bench.store->select(named("load"), {});
    REQUIRE((*set)->size() == 1);
    Columns columns;
    CHECK((*set)->read(0, columns).error().kind == ErrorKind::Corrupt);
    CHECK(columns.size() == 11);
    bench.clock.advance(1min);
    bench.store->step(bench.clock.now());
  }
  CHECK(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path + ".damaged"));
  CHECK(bench.counted("lapwing_store_chunks_damaged_total") == 1);
  CHECK(bench.store->status()->trouble.find("2023-11-15.db: 1 damaged chunk") != std::string::npos);
  const std::size_t line = bench.lines.find("2023-11-15.db: damaged: period 2023-11-1");
  REQUIRE(line != std::string::npos);
  CHECK(bench.lines.find("2023-11-15.db: damaged: period", line + 1) == std::string::npos);
}

TEST_CASE("store: zeros anywhere in a day's file take no samples in silence") {
  Bench whole;
  REQUIRE(whole.open().ok());
  fill_day(whole);
  const Points samples = whole.read(named("load"));
  whole.store.reset();
  const std::string raw = "/raw/2023-11-15.db";
  const std::size_t size = std::filesystem::file_size(whole.options.folder + raw);
  REQUIRE(size > 8 * kZeros);
  for (std::size_t at = 0; at < size; at += kZeros) {
    Bench bench;
    std::filesystem::copy(whole.options.folder, bench.options.folder,
                          std::filesystem::copy_options::recursive);
    zero(bench.options.folder + raw, at);
    bench.clock.set(whole.clock.now());
    REQUIRE(bench.open().ok());
    const Points before = bench.read(named("load"));
    bench.clock.advance(1min);
    bench.store->step(bench.clock.now());
    INFO("zeros at " << at << " of " << size << "\n" << bench.lines);
    if (before != samples || bench.read(named("load")) != samples)
      CHECK(bench.counted("lapwing_store_files_set_aside_total") +
                bench.counted("lapwing_store_chunks_damaged_total") >
            0);
  }
}

TEST_CASE("store: opening a folder of a year opens the newest files alone") {
  Bench bench;
  REQUIRE(bench.open().ok());
  run_days(bench, 2);
  bench.store.reset();
  for (const char* tier : {"raw", "minutes"})
    for (int day = 1; day <= 365; ++day) {
      const FileSpan span = span_of(Tier::Raw, kStart - day * kDay + 1ms);
      bench.directory.write(std::string("tsdb/") + tier + "/" + file_name(Tier::Raw, span),
                            "no database: whoever opens it says so");
    }
  bench.options.raw = {0ms, 0};
  bench.options.minutes = {0ms, 0};
  REQUIRE(bench.open().ok());
  // The oldest of each tier is opened, to tell where the store begins.
  CHECK(bench.counted("lapwing_store_files_set_aside_total") <= 2);
  CHECK(bench.read(named("load"), {kStart + 1ms, kNever}).size() == 8);
  CHECK(bench.counted("lapwing_store_files_set_aside_total") <= 2);
}
