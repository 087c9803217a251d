// What the store's tests share: a store on a temporary folder with a clock that only the test
// moves, and columns as plain pairs.
#pragma once

#include <bit>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "agent/tsdb/bucket_file.h"
#include "agent/tsdb/store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace lapwing::tsdb::testing {

using lapwing::testing::FakeClock;
using lapwing::testing::TemporaryDirectory;

/// A whole day's beginning, so that tests see where periods and days end.
inline constexpr Timestamp kStart = from_millis(1'700'006'400'000);  // 2023-11-15T00:00:00Z

using Points = std::vector<std::pair<std::int64_t, std::uint64_t>>;  // millis, bits

inline Points points(const Columns& columns) {
  Points out;
  for (std::size_t i = 0; i < columns.size(); ++i)
    out.emplace_back(to_millis(columns.times[i]), std::bit_cast<std::uint64_t>(columns.values[i]));
  return out;
}

inline const ChunkFile::Intern kAsItIs = [](const Labels& labels) { return labels; };

inline std::vector<Matcher> named(std::string name) {
  return {Matcher::equal(std::string(kMetricName), std::move(name))};
}

/// A series `m` with a sample of the value each second after that time, as a flush takes it.
inline Sealed sealed(Timestamp after, int samples, double value) {
  OpenRun open;
  for (int i = 1; i <= samples; ++i) open.append(to_millis(after) + 1000 * i, value, nullptr, 0);
  Sealed out;
  out.labels = {{"__name__", "m"}};
  out.kind = SeriesKind::Gauge;
  out.runs.push_back(open.seal());
  return out;
}

/// The tier's file that kStart falls into.
inline ChunkFile file_of(const TemporaryDirectory& folder, Tier tier) {
  const FileSpan span = span_of(tier, kStart + 1s);
  return ChunkFile(folder / file_name(tier, span), tier, span);
}

/// What a coarse file has of its first series.
inline Minutes all(const ChunkFile& file) {
  std::vector<StoredBuckets> chunks;
  Minutes out;
  if (!read_bucket_chunks(file, 0, {}, chunks) ||
      !read_slot(chunks, 0, kBeginningOfTime, kNever, out))
    throw std::runtime_error("unreadable: " + file.path());
  return out;
}

/// Everything that a Store needs; the store itself can be opened again and again.
struct Bench {
  TemporaryDirectory directory;
  FakeClock clock{kStart};
  std::mutex lines_mutex;
  std::string lines;
  Log log{LogLevel::Debug, [this](LogLevel, std::string_view line) {
            const std::lock_guard lock(lines_mutex);
            lines += std::string(line) + "\n";
          }};
  metrics::Registry registry;
  StoreOptions options{.folder = directory / "tsdb"};
  std::unique_ptr<Store> store;

  Result<void> open() {
    store.reset();
    auto opened = Store::open(options, clock, log, registry);
    if (!opened) return std::move(opened).error();
    store = std::move(*opened);
    return {};
  }

  SeriesRef resolve(const Labels& labels, SeriesKind kind = SeriesKind::Gauge) {
    return *store->resolve(labels, kind);
  }

  AppendOutcome add(SeriesRef ref, Timestamp time, double value) {
    return store->append(
        {.source = store->source("test"), .time = time, .refs = {&ref, 1}, .values = {&value, 1}});
  }

  /// All samples of the one series that meets the matchers.
  Points read(const std::vector<Matcher>& matchers, TimeRange range = {}) {
    auto set = store->select(matchers, range);
    if (!set || (*set)->size() != 1) return {{-1, set ? (*set)->size() : 999}};
    Columns columns;
    if (!(*set)->read(0, columns)) return {{-2, 0}};
    return points(columns);
  }

  double counted(const std::string& name) const {
    double sum = 0;
    for (const auto& family : registry.gather())
      for (const auto& sample : family.samples)
        if (sample.name == name) sum += sample.value;
    return sum;
  }
};

}  // namespace lapwing::tsdb::testing
