// What a crash, a full disk, damage and a second agent leave behind.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "agent/base/file.h"
#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

const Labels kLoad{{"__name__", "load"}};

void fill(Bench& bench, int seconds) {
  const SeriesRef ref = bench.resolve(kLoad);
  for (int i = 0; i < seconds; ++i) {
    bench.clock.advance(1s);
    bench.add(ref, bench.clock.now(), i);
    bench.store->step(bench.clock.now() + 60ms);
  }
}

void overwrite(const std::string& path, std::size_t at, std::string_view bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(std::streamoff(at));
  file << bytes;
}

/// Writes a batch a second of 50 series and tells each after the step that wrote it.
[[noreturn]] void write_until_killed(const std::string& folder, int pipe, int first) {
  FakeClock clock(kStart + first * 1s);
  Log log(LogLevel::Error, [](LogLevel, std::string_view) {});
  metrics::Registry registry;
  StoreOptions options{.folder = folder};
  options.head.period = 1min;
  options.head_hold = 1min;
  auto store = Store::open(options, clock, log, registry);
  if (!store) ::_exit(3);
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 50; ++i)
    refs.push_back(
        *(*store)->resolve({{"__name__", "m"}, {"i", std::to_string(i)}}, SeriesKind::Gauge));
  for (int second = first;; ++second) {
    clock.set(kStart + second * 1s);
    const std::vector<double> values(50, second);
    const AppendOutcome outcome = (*store)->append(
        {.source = (*store)->source("s"), .time = clock.now(), .refs = refs, .values = values});
    if (outcome.stored != 50) ::_exit(4);
    (*store)->step(clock.now());
    if (::write(pipe, &second, sizeof second) != sizeof second) ::_exit(5);
  }
}

}  // namespace

TEST_CASE("crash: a copy of the folder taken while it is open holds what was written") {
  Bench bench;
  bench.options.head.period = 1min;
  bench.options.head_hold = 1min;
  REQUIRE(bench.open().ok());
  fill(bench, 500);
  Bench copy;
  std::filesystem::copy(bench.options.folder, copy.options.folder,
                        std::filesystem::copy_options::recursive);
  copy.clock.set(bench.clock.now());
  REQUIRE(copy.open().ok());
  CHECK(copy.read(named("load")) == bench.read(named("load")));
  CHECK(copy.read(named("load")).size() == 500);
}

TEST_CASE("crash: between commit and drop of the journal nothing is doubled") {
  Bench bench;
  REQUIRE(bench.open().ok());
  fill(bench, 100);
  const std::string journal = bench.options.folder + "/journal";
  const std::string kept = bench.directory / "kept";
  std::filesystem::copy(journal, kept, std::filesystem::copy_options::recursive);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  fill(bench, 5);
  const Points before = bench.read(named("load"));
  bench.store.reset();
  std::filesystem::copy(kept, journal, std::filesystem::copy_options::skip_existing);
  bench.lines.clear();
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")) == before);
  CHECK(bench.lines.find("5 samples from the journal") != std::string::npos);
}

TEST_CASE("crash: kill -9 at random moments loses no acknowledged second") {
  const TemporaryDirectory directory;
  const std::string folder = directory / "tsdb";
  std::mt19937 random(6);
  int first = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(folder, ends[1], first);
    }
    ::close(ends[1]);
    int acknowledged = first - 1;
    const int kill_after = first + 50 + int(random() % 200);
    int told = 0;
    while (::read(ends[0], &told, sizeof told) == ssize_t(sizeof told)) {
      acknowledged = told;
      if (told == kill_after) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(acknowledged >= kill_after);

    Bench bench;
    bench.options.folder = folder;
    bench.options.head.period = 1min;
    bench.clock.set(kStart + acknowledged * 1s);
    REQUIRE(bench.open().ok());
    auto set = bench.store->select(named("m"), {});
    REQUIRE((*set)->size() == 50);
    Columns columns;
    for (std::size_t i = 0; i < 50; ++i) {
      REQUIRE((*set)->read(i, columns).ok());
      REQUIRE(columns.size() >= std::size_t(acknowledged + 1));
      for (std::size_t second = 0; second < columns.size(); ++second)
        REQUIRE(columns.values[second] == double(second));
    }
    REQUIRE(columns.size() <= std::size_t(acknowledged + 2));
    first = int(columns.size());
  }
}

TEST_CASE("crash: a second agent on the folder is refused in one line with folder and process") {
  Bench bench;
  REQUIRE(bench.open().ok());
  auto second = Store::open(bench.options, bench.clock, bench.log, bench.registry);
  REQUIRE_FALSE(second.ok());
  const std::string& message = second.error().message;
  CHECK(second.error().kind == ErrorKind::Unavailable);
  CHECK(message.find(bench.options.folder) != std::string::npos);
  CHECK(message.find(std::to_string(::getpid())) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  bench.store.reset();
  CHECK(bench.open().ok());
}

TEST_CASE("crash: a damaged day file is set aside, the journal and other days are read") {
  Bench bench;
  REQUIRE(bench.open().ok());
  fill(bench, 10);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  bench.clock.set(kStart + 24h);
  fill(bench, 10);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  fill(bench, 3);
  bench.store.reset();
  const std::string path = bench.options.folder + "/raw/2023-11-16.db";
  overwrite(path, 0, std::string(4096, 'x'));
  REQUIRE(bench.open().ok());
  CHECK(std::filesystem::exists(path + ".damaged"));
  CHECK(bench.read(named("load")).size() >= 13);
  CHECK(bench.store->status()->trouble.find("damaged") != std::string::npos);
  CHECK(bench.counted("lapwing_store_files_set_aside_total") == 1);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  CHECK(bench.read(named("load")).size() >= 13);
}

TEST_CASE("crash: a file damaged while the agent runs is set aside, and it runs on") {
  Bench bench;
  REQUIRE(bench.open().ok());
  fill(bench, 10);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  const std::string path = bench.options.folder + "/raw/2023-11-15.db";
  overwrite(path, 0, std::string(std::filesystem::file_size(path), 'x'));
  CHECK(bench.store->select(named("load"), {}).ok());
  fill(bench, 61);
  CHECK(std::filesystem::exists(path + ".damaged"));
  // What was lost is served from its minutes: the first and the last of ten samples.
  CHECK(bench.read(named("load")).size() == 63);
  CHECK((*bench.store->select(named("load"), {}))->coarsest() == 1min);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  CHECK(bench.read(named("load")).size() >= 61);
  CHECK(bench.counted("lapwing_store_files_set_aside_total") == 1);
}

TEST_CASE("crash: a damaged journal costs its part, is kept aside and counted") {
  Bench bench;
  REQUIRE(bench.open().ok());
  fill(bench, 120);
  bench.store.reset();
  const std::string segment = bench.options.folder + "/journal/0000000001.wal";
  overwrite(segment, std::filesystem::file_size(segment) / 2, "\xff\xff\xff\xff");
  REQUIRE(bench.open().ok());
  const std::size_t left = bench.read(named("load")).size();
  CHECK(left >= 80);
  CHECK(left < 120);
  CHECK(std::filesystem::exists(segment + ".damaged"));
  CHECK(bench.counted("lapwing_store_journal_damaged_total") == 1);
  overwrite(segment, 0, "garbage");
  REQUIRE(bench.open().ok());
  CHECK_FALSE(std::filesystem::exists(segment));
  CHECK(std::filesystem::exists(segment + ".damaged-2"));
}

TEST_CASE("crash: a folder of another version is set aside with a line") {
  Bench bench;
  REQUIRE(bench.open().ok());
  fill(bench, 5);
  bench.store.reset();
  std::ofstream(bench.options.folder + "/FORMAT") << "lapwing tsdb 99\n";
  REQUIRE(bench.open().ok());
  CHECK(std::filesystem::exists(bench.options.folder + ".other-version/FORMAT"));
  CHECK(bench.lines.find("lapwing tsdb 99") != std::string::npos);
  CHECK((*bench.store->select({}, {}))->size() == 0);
  fill(bench, 5);
  CHECK(bench.read(named("load")).size() == 5);
}

TEST_CASE("crash: a folder that cannot be made is a clear error") {
  Bench bench;
  bench.options.folder = bench.directory.write("file", "") + "/tsdb";
  const auto opened = bench.open();
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().kind == ErrorKind::Unavailable);
  CHECK(opened.error().message.find(bench.options.folder) != std::string::npos);
}

TEST_CASE("crash: a full disk stops writing, not collecting, and writing resumes") {
  Bench bench;
  bench.options.head.period = 1min;
  bench.options.head_hold = 1min;
  REQUIRE(bench.open().ok());
  fill(bench, 30);
  // No file may grow: what a full disk does, without one.
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit none{16, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  fill(bench, 300);
  const std::string trouble = bench.store->status()->trouble;
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(trouble.find("0000000001.wal") != std::string::npos);
  CHECK(bench.counted("lapwing_store_write_failures_total") >= 300);
  CHECK(bench.read(named("load")).size() == 330);
  fill(bench, 60);
  CHECK(bench.store->status()->trouble.empty());
  CHECK(bench.lines.find("writing works again") != std::string::npos);
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")).size() == 390);
}

TEST_CASE("crash: what the disk does not take stays within its bound") {
  Bench bench;
  bench.options.head.size_limit_bytes = 60'000;
  bench.options.pending_limit_bytes = 20'000;
  bench.options.head.period = 1min;
  bench.options.head_hold = 1min;
  REQUIRE(bench.open().ok());
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit none{16, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
  const SeriesRef ref = bench.resolve(kLoad);
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    bench.clock.advance(1s);
    bench.add(ref, bench.clock.now(), double(random()) / 7);
    if (i % 10 == 0) bench.store->step(bench.clock.now());
  }
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(bench.counted("lapwing_store_samples_lost_total") > 0);
  CHECK(bench.counted("lapwing_store_journal_dropped_total") > 0);
  CHECK(bench.counted("lapwing_store_head_bytes") < 70'000);
  const Points left = bench.read(named("load"));
  REQUIRE_FALSE(left.empty());
  CHECK(left.back().first == to_millis(bench.clock.now()));
  bench.store->step(bench.clock.now() + 1min);
  bench.store->close();
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")) == left);
}
