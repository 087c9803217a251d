#include "agent/tsdb/inspection.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "agent/metrics/registry.h"
#include "agent/tsdb/store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);
constexpr int kSamples = 700;
constexpr int kSeries = 140;

/// Two groups of series, each with kSamples seconds of its own values, in the files; a few in the
/// journal.
void fill(const std::string& path) {
  testing::FakeClock clock(kStart);
  Log log(LogLevel::Error);
  metrics::Registry registry;
  StoreOptions options;
  options.folder = path;
  const auto store = Store::open(options, clock, log, registry);
  REQUIRE(store);
  std::vector<SeriesRef> refs;
  for (int i = 0; i < kSeries; ++i)
    refs.push_back(*(*store)->resolve(
        Labels{{"__name__", i % 2 == 0 ? "even" : "odd"}, {"n", std::to_string(i)}},
        SeriesKind::Gauge));
  std::vector<double> values(refs.size());
  const auto add = [&](int second) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = double((second * int(i)) % 1009);
    clock.set(kStart + second * 1s);
    (*store)->append({.time = kStart + second * 1s, .refs = refs, .values = values});
  };
  for (int second = 1; second <= kSamples; ++second) add(second);
  REQUIRE((*store)->flush_all(clock.now()));
  add(kSamples + 1);
  (*store)->close();
}

Result<FileContent> content_of(const Folder& folder, Tier tier, Depth depth) {
  const auto files = chunk_files(folder);
  REQUIRE(files);
  for (const auto& file : *files)
    if (file->tier() == tier) return read_content(*file, depth);
  return no_data("no such file");
}

}  // namespace

TEST_CASE("inspection: small noise costs, what stands still does not") {
  const testing::TemporaryDirectory folder;
  testing::FakeClock clock(kStart);
  Log log(LogLevel::Error);
  metrics::Registry registry;
  StoreOptions options;
  options.folder = folder / "store";
  auto store = Store::open(options, clock, log, registry);
  REQUIRE(store);
  const std::vector<SeriesRef> refs = {
      *(*store)->resolve({{"__name__", "noise"}}, SeriesKind::Gauge),
      *(*store)->resolve({{"__name__", "still"}}, SeriesKind::Gauge)};
  std::uint32_t random = 1;
  for (int second = 1; second <= kSamples; ++second) {
    random = random * 1664525u + 1013904223u;
    clock.set(kStart + second * 1s);
    // Small numbers, the smallest mostly: sizes without bits.
    const std::uint32_t chance = random >> 29;
    const std::vector<double> values = {chance < 4 ? 0.0 : std::min(chance - 3, 3u), 7};
    (*store)->append({.time = clock.now(), .refs = refs, .values = values});
  }
  REQUIRE((*store)->flush_all(clock.now()));
  store->reset();  // It holds the folder.
  const auto held = Folder::open_existing(folder / "store");
  REQUIRE(held);
  const auto raw = content_of(*held, Tier::Raw, Depth::Everything);
  REQUIRE(raw);
  double noise = 0, still = 0;
  for (const SeriesContent& series : raw->series)
    (series.labels.metric_name() == "noise" ? noise : still) += series.bytes;
  CHECK(noise > 10 * still);
}

TEST_CASE("inspection: counts series, samples and bytes of a file") {
  const testing::TemporaryDirectory folder;
  fill(folder / "store");
  const auto held = Folder::open_existing(folder / "store");
  REQUIRE(held);
  for (const Depth depth : {Depth::Directory, Depth::Everything}) {
    const auto raw = content_of(*held, Tier::Raw, depth);
    REQUIRE(raw);
    CHECK(raw->damage == std::vector<std::string>{});
    CHECK(raw->entries == kSeries * kSamples);
    CHECK(raw->series.size() == kSeries);
    CHECK(raw->chunk_bytes < raw->bytes);
    CHECK(raw->from <= kStart + 1s);
    CHECK(raw->to >= kStart + kSamples * 1s);
    double bytes = 0;
    std::uint64_t entries = 0;
    for (const SeriesContent& series : raw->series) {
      CHECK(series.entries == kSamples);
      CHECK(series.bytes > 0);
      bytes += series.bytes;
      entries += series.entries;
    }
    CHECK(bytes == Approx(double(raw->chunk_bytes)));
    CHECK(entries == raw->entries);
    const auto minutes = content_of(*held, Tier::Minutes, depth);
    REQUIRE(minutes);
    CHECK(minutes->damage == std::vector<std::string>{});
    CHECK(minutes->series.size() == kSeries);
    CHECK(minutes->entries >= kSeries * (kSamples / 60));
  }
}

TEST_CASE("inspection: reads the journal, and tells a torn end from damage") {
  const testing::TemporaryDirectory folder;
  fill(folder / "store");
  const auto held = Folder::open_existing(folder / "store");
  REQUIRE(held);
  auto journal = read_journal(*held);
  REQUIRE(journal);
  REQUIRE_FALSE(journal->empty());
  CHECK(journal->back().samples == kSeries);
  CHECK(journal->back().damage.empty());
  std::ofstream(journal->back().path, std::ios::app) << "\xF7LWFcut";  // a frame's first bytes
  journal = read_journal(*held);
  CHECK(journal->back().torn_bytes == 7);
  CHECK(journal->back().damage.empty());
  std::ofstream(journal->back().path) << std::string(100, 'x');
  journal = read_journal(*held);
  CHECK(journal->back().damage.size() == 1);
}

TEST_CASE("inspection: whatever bytes of a file are wrong, it says so and does not fail") {
  const testing::TemporaryDirectory folder;
  fill(folder / "store");
  const auto held = Folder::open_existing(folder / "store");
  REQUIRE(held);
  const auto files = chunk_files(*held);
  REQUIRE(files);
  const std::string path = files->front()->path();
  const auto sound = read_file(path);
  REQUIRE(sound);
  std::size_t found = 0;
  constexpr std::size_t kPlaces = 8;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    std::string damaged = *sound;
    const std::size_t at = damaged.size() * i / kPlaces;
    for (std::size_t j = at; j < std::min(at + 64, damaged.size()); ++j)
      damaged[j] = char(damaged[j] ^ 0x5a);
    std::ofstream(path, std::ios::binary) << damaged;
    const auto content = content_of(*held, Tier::Raw, Depth::Everything);
    if (!content || !content->damage.empty()) ++found;
    if (content && !content->damage.empty())
      CHECK(content->damage.front().find(path) != std::string::npos);
  }
  // Some bytes belong to nothing: the rest of a page.
  CHECK(found >= kPlaces - 2);
}

TEST_CASE("inspection: what was set aside is listed") {
  const testing::TemporaryDirectory folder;
  fill(folder / "store");
  const auto held = Folder::open_existing(folder / "store");
  REQUIRE(held);
  CHECK(set_aside_files(*held).empty());
  const std::string aside = folder.write("store/raw/2020-01-01.db.damaged", "x");
  CHECK(set_aside_files(*held) == std::vector<std::string>{aside});
}
