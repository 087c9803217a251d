#include "agent/tsdb/compaction.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "agent/metrics/registry.h"
#include "agent/tsdb/minutes_of_raw.h"
#include "agent/tsdb/store.h"
#include "tests/agent/tsdb/support.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::points;

namespace {

constexpr Timestamp kBulkFirst = from_millis(1'700'000'100'000);
constexpr int kBulkSamples = 1'200;
constexpr int kBulkSeries = 150;

/// Writes a bulk of samples in `turns`: each turn has every so manieth second, as inputs do that
/// do not go by time, and is flushed by itself.
std::unique_ptr<Store> bulk(const std::string& folder, int turns, const Clock& clock, Log& log,
                            metrics::Registry& registry) {
  StoreOptions options;
  options.folder = folder;
  options.bulk = true;
  auto store = std::move(*Store::open(options, clock, log, registry));
  std::vector<SeriesRef> refs;
  for (int i = 0; i < kBulkSeries; ++i)
    refs.push_back(*store->resolve(
        Labels{{"__name__", i % 2 == 0 ? "gauge" : "some_total"}, {"n", std::to_string(i)}},
        SeriesKind::Unknown));
  std::vector<double> values(refs.size());
  for (int turn = 0; turn < turns; ++turn) {
    for (int second = 1 + turn; second <= kBulkSamples; second += turns) {
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = double((std::size_t(second) * (i + 3)) % 1009) / 8;
      store->append({.time = kBulkFirst + second * 1s, .refs = refs, .values = values});
    }
    REQUIRE(store->flush_all(clock.now()).ok());
  }
  return store;
}

std::vector<std::string> all_samples(const Store& store) {
  std::vector<std::string> out;
  const auto set = *store.select({}, {});
  Columns columns;
  for (std::size_t i = 0; i < set->size(); ++i) {
    REQUIRE(set->read(i, columns).ok());
    std::string line = set->labels(i).to_string();
    for (std::size_t at = 0; at < columns.size(); ++at)
      line += " " + std::to_string(to_millis(columns.times[at])) + "=" +
              std::to_string(columns.values[at]);
    out.push_back(std::move(line));
  }
  return out;
}

std::size_t parts(const std::string& path, Tier tier) {
  const Timestamp day = start_of(kBulkFirst, kDay);
  const ChunkFile file(path, tier, {day, day + kDay});
  return file.split_periods()->size();
}

}  // namespace

TEST_CASE("compaction: a bulk in several turns ends as one that came in order, in less room") {
  const lapwing::testing::TemporaryDirectory directory;
  const lapwing::testing::FakeClock clock(kBulkFirst + 24h);
  Log log(LogLevel::Error);
  metrics::Registry registry;
  const std::string raw = directory / "turns" + "/raw/2023-11-14.db";
  const std::string minutes = directory / "turns" + "/minutes/2023-11-14.db";
  const auto turns = bulk(directory / "turns", 5, clock, log, registry);
  const auto before = all_samples(*turns);
  CHECK(parts(raw, Tier::Raw) == 2);
  CHECK(parts(minutes, Tier::Minutes) == 2);
  const auto raw_bytes = std::filesystem::file_size(raw);
  const auto minutes_bytes = std::filesystem::file_size(minutes);
  REQUIRE(turns->finish_bulk(clock.now()).ok());
  CHECK(parts(raw, Tier::Raw) == 0);
  CHECK(parts(minutes, Tier::Minutes) == 0);
  CHECK(std::filesystem::file_size(raw) < raw_bytes);
  CHECK(std::filesystem::file_size(minutes) < minutes_bytes);
  CHECK(all_samples(*turns) == before);
  metrics::Registry other;
  const auto in_order = bulk(directory / "in_order", 1, clock, log, other);
  REQUIRE(in_order->finish_bulk(clock.now()).ok());
  CHECK(all_samples(*in_order) == before);
  const Timestamp day = start_of(kBulkFirst, kDay);
  CHECK(differing_minutes(ChunkFile(raw, Tier::Raw, {day, day + kDay}),
                          ChunkFile(minutes, Tier::Minutes, {day, day + kDay}))
            ->empty());
}

TEST_CASE("compaction: a period with a damaged chunk stays as it is, the others are merged") {
  const lapwing::testing::TemporaryDirectory directory;
  const lapwing::testing::FakeClock clock(kBulkFirst + 24h);
  Log log(LogLevel::Error);
  metrics::Registry registry;
  const std::string path = directory / "s" + "/raw/2023-11-14.db";
  bulk(directory / "s", 3, clock, log, registry).reset();
  const Timestamp day = start_of(kBulkFirst, kDay);
  ChunkFile file(path, Tier::Raw, {day, day + kDay});
  const auto same_labels = [](const Labels& labels) { return labels; };
  const Timestamp first = file.split_periods()->front();
  {
    auto writer = ChunkFile::Writer::begin(file, same_labels);
    REQUIRE(writer.ok());
    REQUIRE(writer->add(first, 0, "no chunk").ok());
    REQUIRE(writer->commit({}, 15min).ok());
  }
  const auto fewer = compact(file, same_labels);
  REQUIRE(fewer.ok());
  CHECK(*fewer == 4);  // two groups of the second period, three chunks each
  CHECK(*file.split_periods() == std::vector<Timestamp>{first});
}
