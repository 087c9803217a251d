#include "agent/tsdb/store.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "agent/base/file.h"
#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

namespace {

const Labels kLoad{{"__name__", "load"}, {"job", "node"}};

Points count_up(Bench& bench, SeriesRef ref, int seconds, int first = 0) {
  Points added;
  for (int i = first; i < first + seconds; ++i) {
    bench.clock.advance(1s);
    const Timestamp now = bench.clock.now();
    const double value = i * 0.25;
    const AppendOutcome outcome = bench.add(ref, now, value);
    if (outcome.stored != 1) return {{-3, 0}};
    added.emplace_back(to_millis(now), std::bit_cast<std::uint64_t>(value));
    bench.store->step(now + 60ms);
  }
  return added;
}

}  // namespace

TEST_CASE("store: a sample is readable at once, and after close and reopen") {
  Bench bench;
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve(kLoad, SeriesKind::Counter);
  CHECK(bench.add(ref, kStart, 1.5).stored == 1);
  const Points expected = {{to_millis(kStart), std::bit_cast<std::uint64_t>(1.5)}};
  CHECK(bench.read(named("load")) == expected);
  bench.store->close();
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")) == expected);
  auto set = bench.store->select(named("load"), {});
  CHECK((*set)->labels(0) == kLoad);
  CHECK((*set)->kind(0) == SeriesKind::Counter);
}

TEST_CASE("store: reads go over head, chunks and the day's end without gap or double") {
  Bench bench;
  bench.clock.set(kStart + 24h - 40min);
  REQUIRE(bench.open().ok());
  const Points added = count_up(bench, bench.resolve(kLoad), 4800);
  CHECK(std::filesystem::exists(bench.options.folder + "/raw/2023-11-15.db"));
  CHECK(std::filesystem::exists(bench.options.folder + "/raw/2023-11-16.db"));
  CHECK(bench.read(named("load")) == added);
  const TimeRange part{kStart + 24h - 5min, kStart + 24h + 5min};
  const Points read = bench.read(named("load"), part);
  CHECK(read.size() == 601);
  CHECK(read.front().first == to_millis(part.from));
  CHECK(read.back().first == to_millis(part.to));
  REQUIRE(bench.open().ok());
  CHECK(bench.read(named("load")) == added);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  CHECK(bench.read(named("load")) == added);
  CHECK(bench.store->status()->samples_appended == 0);
  CHECK(bench.store->status()->bytes_on_disk > 0);
}

TEST_CASE("store: duplicates are silent, conflicts and far futures refused, late samples kept") {
  Bench bench;
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve(kLoad);
  CHECK(bench.add(ref, kStart, 1).stored == 1);
  CHECK(bench.add(ref, kStart, 1).stored == 1);
  CHECK(bench.add(ref, kStart, 2).conflicting == 1);
  CHECK(bench.add(ref, kStart + 10min, 3).stored == 1);
  CHECK(bench.add(ref, kStart + 10min + 1ms, 3).too_far_ahead == 1);
  CHECK(bench.add(ref, kStart + 5min, 4).stored == 1);
  CHECK(bench.add(ref, kStart + 2min, 5).stored == 1);
  CHECK(bench.add(ref, kStart + 2min, 6).conflicting == 1);
  CHECK(bench.add(ref, kStart + 5min, 4).stored == 1);
  CHECK(bench.add(ref, kStart - 13h, 7).out_of_order == 1);
  CHECK(bench.add(ref, kStart - 11h, 8).stored == 1);
  CHECK(bench.add(ref, from_millis(-5), 8).out_of_order == 1);
  const auto values = [&] {
    std::vector<double> out;
    for (const auto& [time, bits] : bench.read(named("load")))
      out.push_back(std::bit_cast<double>(bits));
    return out;
  };
  const std::vector<double> expected = {8, 1, 5, 4, 3};
  CHECK(values() == expected);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  CHECK(values() == expected);
  CHECK(bench.add(ref, kStart + 1min, 9).stored == 1);
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  CHECK(values() == std::vector<double>{8, 1, 9, 5, 4, 3});
  REQUIRE(bench.open().ok());
  CHECK(values() == std::vector<double>{8, 1, 9, 5, 4, 3});
  CHECK(bench.counted("lapwing_store_samples_refused_total") == 5);
}

TEST_CASE("store: after the clock is set back own sources go on") {
  Bench bench;
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve(kLoad);
  Points all = count_up(bench, ref, 600);
  bench.clock.set(bench.clock.now() - 1h);
  const Points again = count_up(bench, ref, 4000, 600);
  // The last 400 of the second round fall onto times of the first with other values.
  REQUIRE(again == Points{{-3, 0}});
  const Points read = bench.read(named("load"));
  CHECK(read.size() >= 3000 + 600);
  CHECK(std::is_sorted(read.begin(), read.end()));
}

TEST_CASE("store: the series limit refuses new series, known ones go on") {
  Bench bench;
  bench.options.head.series_limit = 2;
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve(kLoad);
  CHECK(bench.store->resolve({{"__name__", "b"}}, SeriesKind::Gauge).ok());
  const auto refused = bench.store->resolve({{"__name__", "c"}}, SeriesKind::Gauge);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::Invalid);
  CHECK(*bench.store->resolve(kLoad, SeriesKind::Gauge) == ref);
  CHECK(bench.add(ref, kStart, 1).stored == 1);
  CHECK(bench.counted("lapwing_store_series_refused_total") == 1);
  bench.store->step(kStart + 1s);
  CHECK(bench.lines.find("refused 1 requests") != std::string::npos);
}

TEST_CASE("store: series without samples retire, and their ref is reported") {
  Bench bench;
  REQUIRE(bench.open().ok());
  const SeriesRef ref = bench.resolve(kLoad);
  bench.add(ref, kStart, 1);
  for (int minute = 0; minute < 100; ++minute) {
    bench.clock.advance(1min);
    bench.store->step(bench.clock.now());
  }
  CHECK(bench.store->status()->series == 0);
  const AppendOutcome outcome = bench.add(ref, bench.clock.now(), 2);
  CHECK(outcome.stored == 0);
  CHECK(outcome.retired == std::vector<std::uint32_t>{0});
  const SeriesRef anew = bench.resolve(kLoad);
  CHECK(anew != ref);
  CHECK(bench.add(anew, bench.clock.now(), 2).stored == 1);
  CHECK(bench.read(named("load")).size() == 2);
}

TEST_CASE("store: retention by age removes whole days, one a pass") {
  Bench bench;
  bench.options.raw = {2 * 24h, 0};
  REQUIRE(bench.open().ok());
  for (int hour = 0; hour < 24 * 6; hour += 6) {
    bench.clock.advance(6h);
    bench.add(bench.resolve(kLoad), bench.clock.now(), hour);
    bench.store->step(bench.clock.now());
  }
  CHECK_FALSE(std::filesystem::exists(bench.options.folder + "/raw/2023-11-15.db"));
  CHECK_FALSE(std::filesystem::exists(bench.options.folder + "/raw/2023-11-18.db"));
  CHECK(std::filesystem::exists(bench.options.folder + "/raw/2023-11-19.db"));
  CHECK(bench.counted("lapwing_store_files_removed_total") == 4);
  CHECK((*bench.store->select(named("load"), {kStart + 96h + 1ms, kNever}))->coarsest() == 0ms);
  // What is older is served from the minutes.
  CHECK(bench.read(named("load")).size() == 24);
  CHECK((*bench.store->select(named("load"), {}))->coarsest() == 1min);
}

TEST_CASE("store: after a clock jump retention waits an hour") {
  Bench bench;
  bench.options.raw = {2 * 24h, 0};
  REQUIRE(bench.open().ok());
  bench.add(bench.resolve(kLoad), kStart + 1s, 1);
  REQUIRE(bench.store->flush_all(kStart).ok());
  bench.store->step(kStart);
  bench.clock.set(kStart + 30 * 24h);
  bench.add(bench.resolve(kLoad), bench.clock.now(), 2);
  const std::string old = bench.options.folder + "/raw/2023-11-15.db";
  for (int minute = 0; minute < 58; ++minute) {
    bench.store->step(bench.clock.now());
    bench.clock.advance(1min);
  }
  CHECK(std::filesystem::exists(old));
  for (int minute = 0; minute < 5; ++minute) {
    bench.clock.advance(1min);
    bench.store->step(bench.clock.now());
  }
  CHECK_FALSE(std::filesystem::exists(old));
}

TEST_CASE("store: a set outlives the retention of its file") {
  Bench bench;
  bench.options.raw = {24h, 0};
  REQUIRE(bench.open().ok());
  bench.add(bench.resolve(kLoad), kStart + 1s, 1);
  REQUIRE(bench.store->flush_all(kStart).ok());
  auto set = bench.store->select(named("load"), {});
  for (int hour = 0; hour < 80; hour += 5) {
    bench.clock.advance(5h);
    bench.add(bench.resolve(kLoad), bench.clock.now(), 2);
    bench.store->step(bench.clock.now());
  }
  REQUIRE_FALSE(std::filesystem::exists(bench.options.folder + "/raw/2023-11-15.db"));
  Columns columns;
  CHECK((*set)->read(0, columns).ok());
}

TEST_CASE("store: label names and values over head and files, by matcher") {
  Bench bench;
  REQUIRE(bench.open().ok());
  bench.add(bench.resolve({{"__name__", "a"}, {"x", "1"}}), kStart, 1);
  REQUIRE(bench.store->flush_all(kStart).ok());
  bench.add(bench.resolve({{"__name__", "b"}, {"y", "2"}}), kStart, 1);
  using Names = std::vector<std::string>;
  CHECK(*bench.store->label_names({}, {}) == Names{"__name__", "x", "y"});
  CHECK(*bench.store->label_names(named("b"), {}) == Names{"__name__", "y"});
  CHECK(*bench.store->label_values("__name__", {}, {}) == Names{"a", "b"});
  CHECK(bench.store->label_values("__name__", {}, {kStart + 48h, kNever})->empty());
}

TEST_CASE("store: series of one group are read one after another from one chunk") {
  Bench bench;
  REQUIRE(bench.open().ok());
  std::vector<SeriesRef> refs;
  std::vector<double> values;
  for (int i = 0; i < 150; ++i) {
    refs.push_back(bench.resolve({{"__name__", "m"}, {"i", std::to_string(1000 + i)}}));
    values.push_back(i);
  }
  for (int second = 0; second < 100; ++second)
    bench.store->append({.source = bench.store->source("s"),
                         .time = kStart + second * 1s,
                         .refs = refs,
                         .values = values});
  REQUIRE(bench.store->flush_all(kStart).ok());
  auto set = bench.store->select(named("m"), {kStart + 10s, kStart + 19s});
  REQUIRE((*set)->size() == 150);
  Columns columns;
  for (std::size_t i = 0; i < 150; ++i) {
    REQUIRE((*set)->read(i, columns).ok());
    REQUIRE(columns.size() == 10);
    REQUIRE(columns.values[9] == double(i));
  }
}

TEST_CASE("store: the newest sample alone is the last that a select gives, head or file") {
  Bench bench;
  REQUIRE(bench.open().ok());
  const SeriesRef flushed = bench.resolve({{"__name__", "m"}, {"i", "flushed"}});
  const SeriesRef both = bench.resolve({{"__name__", "m"}, {"i", "both"}});
  for (int i = 1; i <= 100; ++i) {
    bench.clock.advance(1s);
    for (const SeriesRef ref : {flushed, both}) bench.add(ref, kStart + i * 1s, i);
  }
  REQUIRE(bench.store->flush_all(bench.clock.now()).ok());
  const SeriesRef head = bench.resolve({{"__name__", "m"}, {"i", "head"}});
  for (int i = 101; i <= 200; ++i) {
    bench.clock.advance(1s);
    for (const SeriesRef ref : {both, head}) bench.add(ref, kStart + i * 1s, i);
  }
  std::size_t compared = 0;
  for (const TimeRange range :
       {TimeRange{}, TimeRange{kStart, kStart + 150s}, TimeRange{kStart + 20s, kStart + 50s},
        TimeRange{kStart + 300s, kNever}}) {
    const auto newest = *bench.store->select_newest(named("m"), range);
    const auto all = *bench.store->select(named("m"), range);
    REQUIRE(newest->size() == all->size());
    for (std::size_t i = 0; i < all->size(); ++i) {
      CHECK(newest->labels(i) == all->labels(i));
      Columns last, samples;
      REQUIRE(newest->read(i, last).ok());
      REQUIRE(all->read(i, samples).ok());
      REQUIRE((last.size() == 0) == (samples.size() == 0));  // a file's series may have none here
      if (last.size() == 0) continue;
      ++compared;
      CHECK(last.times.back() == samples.times.back());
      CHECK(last.values.back() == samples.values.back());
    }
  }
  CHECK(compared == 3 + 3 + 2);
}
