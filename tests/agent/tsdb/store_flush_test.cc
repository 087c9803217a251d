// The minutes and hours that flushes leave, against what the samples themselves come to.
#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <map>
#include <random>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

using Samples = std::map<std::int64_t, double>;

/// What model/minutes.h promises, sample by sample: the oracle of these tests.
struct Expected {
  std::int64_t first_time = 0, last_time = 0;
  double first = 0, last = 0, correction = 0, minimum = 0, maximum = 0, sum = 0;
  std::uint32_t count = 0;
};

std::map<std::int64_t, Expected> expected_buckets(const Samples& samples, std::int64_t width) {
  std::map<std::int64_t, Expected> buckets;
  for (const auto& [time, value] : samples) {
    if (is_stale(value)) continue;
    Expected& bucket = buckets[(time + width - 1) / width * width];
    if (bucket.count++ == 0) {
      bucket = {time, time, value, value, 0, value, value, value, 1};
      continue;
    }
    if (value < bucket.last) bucket.correction += bucket.last;
    bucket.minimum = std::min(bucket.minimum, value);
    bucket.maximum = std::max(bucket.maximum, value);
    bucket.sum += value;
    bucket.last = value;
    bucket.last_time = time;
  }
  return buckets;
}

void check_minutes(const Bench& bench, const std::string& name, const Samples& samples,
                   TimeRange range, Keeps keeps) {
  INFO(name << " " << to_millis(range.from) << " " << to_millis(range.to));
  auto set = bench.store->select(named(name), range);
  REQUIRE(set.ok());
  auto expected = expected_buckets(samples, 60'000);
  std::erase_if(expected, [&](const auto& bucket) {
    return bucket.first <= to_millis(range.from) || bucket.first > to_millis(range.to);
  });
  if ((*set)->size() == 0) {
    CHECK(expected.empty());
    return;
  }
  Minutes minutes;
  const auto read = (*set)->read_minutes(
      0, keeps == Keeps::Corrections ? MinuteNeed::Corrections : MinuteNeed::Sums, minutes);
  REQUIRE(read.ok());
  REQUIRE(*read);
  REQUIRE(minutes.size() == expected.size());
  std::size_t i = 0;
  for (const auto& [end, bucket] : expected) {
    INFO("minute " << end);
    REQUIRE(to_millis(minutes.ends[i]) == end);
    REQUIRE(to_millis(minutes.first_times[i]) == bucket.first_time);
    REQUIRE(to_millis(minutes.last_times[i]) == bucket.last_time);
    REQUIRE(minutes.firsts[i] == bucket.first);
    REQUIRE(minutes.lasts[i] == bucket.last);
    REQUIRE(minutes.counts[i] == bucket.count);
    if (keeps == Keeps::Corrections) {
      REQUIRE(minutes.corrections_kept);
      REQUIRE(minutes.corrections[i] == bucket.correction);
    } else {
      REQUIRE(minutes.extremes_kept);
      REQUIRE(minutes.minima[i] == bucket.minimum);
      REQUIRE(minutes.maxima[i] == bucket.maximum);
      REQUIRE(std::abs(minutes.sums[i] - bucket.sum) <= 1e-9 * std::abs(bucket.sum));
    }
    ++i;
  }
}

/// A counter that restarts now and then and a gauge of hundredths, with gaps and stale markers.
struct Load {
  explicit Load(Bench& with) : bench(with) {}
  Bench& bench;
  std::mt19937 random{3};
  Samples counter, gauge;
  double total = 0;

  void add(const char* name, SeriesKind kind, Timestamp time, double value, Samples& samples) {
    if (bench.add(bench.resolve({{"__name__", name}}, kind), time, value).stored == 1)
      samples[to_millis(time)] = value;
  }
  void second() {
    bench.clock.advance(1s);
    const Timestamp now = bench.clock.now();
    const unsigned chance = random() % 1000;
    total = chance == 0 ? 0 : total + double(random() % 50);
    if (chance % 100 != 7) add("c_total", SeriesKind::Unknown, now, total, counter);
    const double level = chance == 5 ? kStaleMarker : double(random() % 4000) / 100;
    if (chance > 300) add("g", SeriesKind::Gauge, now, level, gauge);
    if (random() % 20 == 0) bench.store->step(now);
  }
  void late(Duration age) {
    const Timestamp time = bench.clock.now() - age;
    if (counter.contains(to_millis(time))) return;
    add("c_total", SeriesKind::Unknown, time, 5, counter);
    add("g", SeriesKind::Gauge, time, 7, gauge);
  }
  void check(TimeRange range) const {
    check_minutes(bench, "c_total", counter, range, Keeps::Corrections);
    check_minutes(bench, "g", gauge, range, Keeps::Extremes);
  }
};

}  // namespace

TEST_CASE("store: minutes are what their samples come to, in head, files, late and reopened") {
  Bench bench;
  bench.options.head.period = 5min;
  bench.options.head_hold = 1min;
  bench.clock.set(kStart + 23h + 40min);
  REQUIRE(bench.open().ok());
  Load load(bench);
  for (int i = 0; i < 2400; ++i) load.second();
  const Timestamp now = bench.clock.now();
  load.check({});
  load.check({now - 30min - 17s, now - 90s});
  load.check({kStart + 24h, kStart + 24h + 60s});
  CHECK(std::filesystem::exists(bench.options.folder + "/minutes/2023-11-15.db"));
  CHECK(std::filesystem::exists(bench.options.folder + "/minutes/2023-11-16.db"));

  for (const Duration age : {2min + 500ms, 13min + 250ms, 25min + 1ms, 25min + 2ms, 35min + 1ms})
    load.late(age);
  load.check({});
  REQUIRE(bench.store->flush_all(now).ok());
  load.check({});
  load.late(20min + 3ms);
  REQUIRE(bench.open().ok());
  load.check({});
  REQUIRE(bench.store->flush_all(now).ok());
  load.check({});
  REQUIRE(bench.open().ok());
  load.check({});
}

TEST_CASE("store: a flush that is repeated adds nothing to the minutes") {
  Bench bench;
  REQUIRE(bench.open().ok());
  Load load(bench);
  for (int i = 0; i < 600; ++i) load.second();
  bench.store.reset();
  const auto journal = bench.options.folder + "/journal";
  const auto copy = bench.directory / "copy";
  std::filesystem::copy(journal, copy);
  REQUIRE(bench.open().ok());
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  bench.store.reset();
  // As after a crash between the two commits: the minutes are there, the samples are not.
  std::filesystem::remove_all(bench.options.folder + "/raw");
  std::filesystem::remove_all(journal);
  std::filesystem::copy(copy, journal);
  const auto path = bench.options.folder + "/minutes/2023-11-15.db";
  const auto size = std::filesystem::file_size(path);
  REQUIRE(bench.open().ok());
  load.check({});
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  load.check({});
  CHECK(std::filesystem::file_size(path) == size);
}

TEST_CASE("store: hours are made when a day is over, and again when late samples came") {
  Bench bench;
  bench.options.raw = {24h, 0};
  bench.options.minutes = {48h, 0};
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve({{"__name__", "c_total"}}, SeriesKind::Counter);
  Samples samples;
  const auto add = [&](Timestamp time, double value) {
    if (bench.add(ref, time, value).stored == 1) samples[to_millis(time)] = value;
  };
  const auto run = [&](int times) {
    for (int i = 0; i < times; ++i) {
      bench.clock.advance(10min);
      add(bench.clock.now(), to_seconds(bench.clock.now() - kStart));
      bench.store->step(bench.clock.now());
    }
  };
  run(25 * 6 - 1);
  CHECK_FALSE(std::filesystem::exists(bench.options.folder + "/hours/2023.db"));
  run(2);
  CHECK(std::filesystem::exists(bench.options.folder + "/hours/2023.db"));
  add(kStart + 23h + 30s, 1);
  run(24 * 6 * 4);
  CHECK_FALSE(std::filesystem::exists(bench.options.folder + "/minutes/2023-11-15.db"));

  auto set = bench.store->select(named("c_total"), {kStart, kStart + 24h});
  REQUIRE(set.ok());
  REQUIRE((*set)->size() == 1);
  CHECK((*set)->coarsest() == 1h);
  Columns columns;
  REQUIRE((*set)->read(0, columns).ok());
  const auto expected = expected_buckets(samples, 3'600'000);
  std::size_t at = 0;
  for (const auto& [end, bucket] : expected) {
    if (end > to_millis(kStart + 24h)) break;
    INFO("hour " << end);
    REQUIRE(at + 1 < columns.size());
    CHECK(to_millis(columns.times[at]) == bucket.first_time);
    CHECK(columns.values[at] == bucket.first);
    double increase = 0;
    for (; at + 1 < columns.size() && to_millis(columns.times[at]) < bucket.last_time; ++at) {
      increase += columns.values[at + 1] - columns.values[at];
      if (columns.values[at + 1] < columns.values[at]) increase += columns.values[at];
    }
    CHECK(columns.values[at] == bucket.last);
    CHECK(increase == bucket.last - bucket.first + bucket.correction);
    ++at;
  }
  CHECK(at == columns.size());
  Minutes minutes;
  const auto read = (*set)->read_minutes(0, MinuteNeed::Sums, minutes);
  REQUIRE(read.ok());
  CHECK_FALSE(*read);
}

TEST_CASE("store flush: thousands of series flush into a period that the files have already") {
  Bench bench;
  REQUIRE(bench.open().ok());
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 9'000; ++i)
    refs.push_back(bench.resolve(Labels{{"__name__", "many_" + std::to_string(i)}}));
  std::vector<double> values(refs.size());
  for (int second = 1; second <= 3; ++second) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = double(i * std::size_t(second));
    bench.clock.set(kStart + second * 1s);
    bench.store->append({.time = bench.clock.now(), .refs = refs, .values = values});
    // More pages than SQLite's cache has: what it wrote early would lock out its own readers.
    const auto flushed = bench.store->flush_all(bench.clock.now());
    INFO((flushed ? "" : flushed.error().message));
    REQUIRE(flushed.ok());
  }
  CHECK(bench.read(named("many_1")).size() == 3);
}

TEST_CASE("store flush: day files that take nothing are the status' trouble until they do") {
  Bench bench;
  bench.options.head.period = 1min;
  bench.options.head_hold = 1min;
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve({{"__name__", "load"}});
  const auto run = [&](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      bench.clock.advance(1s);
      bench.add(ref, bench.clock.now(), i);
      bench.store->step(bench.clock.now() + 60ms);
    }
  };
  const std::string raw = bench.options.folder + "/raw", away = bench.options.folder + "/away";
  std::filesystem::rename(raw, away);
  run(200);
  CHECK(bench.store->status()->trouble.find(raw) != std::string::npos);
  std::filesystem::rename(away, raw);
  run(60);
  CHECK(bench.store->status()->trouble == "");
  CHECK(bench.read(named("load")).size() == 260);
}
