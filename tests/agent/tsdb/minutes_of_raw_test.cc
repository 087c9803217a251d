#include "agent/tsdb/minutes_of_raw.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "agent/metrics/registry.h"
#include "agent/tsdb/bucket_file.h"
#include "agent/tsdb/store.h"
#include "tests/agent/tsdb/support.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

constexpr Timestamp kFirst = from_millis(1'700'000'100'000);  // 2023-11-14T22:15:00Z
constexpr int kSamples = 2'000;                               // three periods of 15 minutes
constexpr int kSeries = 140;                                  // two groups

const ChunkFile::Intern kSameLabels = [](const Labels& labels) { return labels; };

struct Bed {
  const lapwing::testing::TemporaryDirectory directory;
  lapwing::testing::FakeClock clock{kFirst};
  Log log{LogLevel::Error};
  metrics::Registry registry;
  std::unique_ptr<Store> store;

  Bed() {
    open();
    std::vector<SeriesRef> refs;
    for (int i = 0; i < kSeries; ++i)
      refs.push_back(*store->resolve(
          Labels{{"__name__", i % 2 == 0 ? "gauge" : "some_total"}, {"n", std::to_string(i)}},
          SeriesKind::Unknown));
    std::vector<double> values(refs.size());
    for (int second = 1; second <= kSamples; ++second) {
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = double((std::size_t(second) * i) % 1009) / 8;
      clock.set(kFirst + second * 1s);
      store->append({.time = clock.now(), .refs = refs, .values = values});
    }
    REQUIRE(store->flush_all(clock.now()).ok());
  }
  void open() {
    store.reset();
    StoreOptions options;
    options.folder = directory / "store";
    auto opened = Store::open(options, clock, log, registry);
    REQUIRE(opened.ok());
    store = std::move(*opened);
  }
  std::string path(std::string_view tier) const {
    return directory / "store" + "/" + std::string(tier) + "/2023-11-14.db";
  }
  ChunkFile file(Tier tier) const {
    const Timestamp day = start_of(kFirst, kDay);
    return ChunkFile(path(name(tier)), tier, {day, day + kDay});
  }
};

/// All minutes of a file, as lines.
std::vector<std::string> shown(const ChunkFile& minutes) {
  std::vector<std::string> lines;
  const auto index = *minutes.index(kSameLabels);
  for (std::uint32_t number = 0; number < index->series.size(); ++number) {
    std::vector<StoredBuckets> chunks;
    REQUIRE(read_bucket_chunks(minutes, group_of(number), {}, chunks).ok());
    Minutes all;
    REQUIRE(read_slot(chunks, slot_of(number), kBeginningOfTime, kNever, all).ok());
    std::string line = index->series[number].labels.to_string();
    for (std::size_t i = 0; i < all.size(); ++i)
      line += " " + std::to_string(to_millis(all.ends[i])) + ":" + std::to_string(all.counts[i]) +
              ":" + std::to_string(all.firsts[i]) + ":" + std::to_string(all.lasts[i]) + ":" +
              std::to_string(all.sums[i]) + ":" + std::to_string(all.corrections[i]);
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("minutes of raw: a lost file is made anew as it was, period by period") {
  Bed bed;
  const auto before = shown(bed.file(Tier::Minutes));
  REQUIRE(before.size() == kSeries);
  bed.store.reset();
  std::filesystem::remove(bed.path("minutes"));
  bed.open();
  for (int pass = 0; pass < 4; ++pass) {
    bed.clock.advance(1min);
    static_cast<void>(bed.store->step(bed.clock.now()));
  }
  CHECK(shown(bed.file(Tier::Minutes)) == before);
  CHECK(differing_minutes(bed.file(Tier::Raw), bed.file(Tier::Minutes))->empty());
  CHECK(periods_without_minutes(bed.file(Tier::Raw), bed.file(Tier::Minutes))->empty());
}

TEST_CASE("minutes of raw: a damaged file is set aside and its minutes made anew") {
  Bed bed;
  const auto before = shown(bed.file(Tier::Minutes));
  bed.store.reset();
  REQUIRE(write_file_atomically(bed.path("minutes"), std::string(20'000, 'x')).ok());
  bed.open();
  for (int pass = 0; pass < 4; ++pass) {
    bed.clock.advance(1min);
    static_cast<void>(bed.store->step(bed.clock.now()));
  }
  CHECK(std::filesystem::exists(bed.path("minutes") + ".damaged"));
  CHECK(shown(bed.file(Tier::Minutes)) == before);
}

TEST_CASE("minutes of raw: minutes that retention has removed are not made anew") {
  Bed bed;
  bed.store.reset();
  std::filesystem::remove(bed.path("minutes"));
  StoreOptions options;
  options.folder = bed.directory / "store";
  options.minutes = {24h, 0};
  bed.clock.advance(3 * 24h);
  auto opened = Store::open(options, bed.clock, bed.log, bed.registry);
  REQUIRE(opened.ok());
  const auto ref = *(*opened)->resolve(Labels{{"__name__", "later"}}, SeriesKind::Gauge);
  (*opened)->append({.time = bed.clock.now(), .refs = {&ref, 1}, .values = std::array{1.0}});
  for (int pass = 0; pass < 4; ++pass) {
    bed.clock.advance(1min);
    static_cast<void>((*opened)->step(bed.clock.now()));
  }
  CHECK_FALSE(std::filesystem::exists(bed.path("minutes")));
}

TEST_CASE("minutes of raw: minutes that say something else are named, fuller ones are right") {
  Bed bed;
  bed.store.reset();
  const ChunkFile raw = bed.file(Tier::Raw);
  ChunkFile minutes = bed.file(Tier::Minutes);
  REQUIRE(differing_minutes(raw, minutes)->empty());
  const auto index = *minutes.index(kSameLabels);
  const Timestamp start = minutes.starts()->front();
  const auto put = [&](std::uint32_t count, double last) {
    std::vector<StoredBuckets> chunks;
    REQUIRE(read_bucket_chunks(minutes, 0, {start + 1ms, start + 1ms}, chunks).ok());
    SlotBuckets one{
        3, kept_columns(index->series[3].kind, index->series[3].labels.metric_name()), {}};
    REQUIRE(read_slot(chunks, 3, start, start + 15min, one.buckets).ok());
    REQUIRE(one.buckets.size() > 2);
    one.buckets.counts[1] = count;
    one.buckets.lasts[1] = last;
    Compressor compressor;
    auto writer = ChunkFile::Writer::begin(minutes, kSameLabels);
    REQUIRE(writer.ok());
    REQUIRE(writer->add(start, 0, *encode_buckets({&one, 1}, 1min, compressor)).ok());
    REQUIRE(writer->commit({}, 15min).ok());
  };
  put(60, 123456);
  const auto lines = *differing_minutes(raw, minutes);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Catch::Contains(index->series[3].labels.to_string()));
  put(59, 123456);  // fewer than there are samples
  CHECK(differing_minutes(raw, minutes)->size() == 1);
  put(61, 123456);  // more: samples were lost since
  CHECK(differing_minutes(raw, minutes)->empty());
}
