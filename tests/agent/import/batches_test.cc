#include "agent/import/batches.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::import;

namespace {

/// Keeps what each batch was.
struct Recorder final : Appender {
  struct Seen {
    SourceRef source;
    Timestamp time;
    std::size_t samples;
    bool own_times;
  };
  std::vector<Seen> seen;
  std::vector<std::string> sources;
  std::vector<std::pair<std::int64_t, double>> samples;

  SourceRef source(std::string_view name) override {
    sources.emplace_back(name);
    return SourceRef(std::uint32_t(sources.size()));
  }
  Result<SeriesRef> resolve(const Labels&, SeriesKind) override { return kNoSeries; }
  AppendOutcome append(const Batch& batch) override {
    seen.push_back({batch.source, batch.time, batch.refs.size(), !batch.times.empty()});
    for (std::size_t i = 0; i < batch.refs.size(); ++i)
      samples.emplace_back(to_millis(batch.times.empty() ? batch.time : batch.times[i]),
                           batch.values[i]);
    AppendOutcome outcome;
    outcome.stored = std::uint32_t(batch.refs.size()) - 1;
    outcome.conflicting = 1;
    return outcome;
  }
};

void add_page(Batches& batches, std::uint32_t first, std::uint32_t count, std::int64_t time) {
  for (std::uint32_t i = 0; i < count; ++i)
    batches.add(SeriesRef(first + i), from_millis(time), double(i));
}

}  // namespace

TEST_CASE("batches: a page a time becomes a batch a time, of one source a first series") {
  Recorder store;
  Batches batches(store);
  for (std::int64_t time = 1000; time <= 3000; time += 1000) {
    add_page(batches, 1, 20, time);
    add_page(batches, 100, 30, time + 500);
  }
  batches.flush();
  REQUIRE(store.seen.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK_FALSE(store.seen[i].own_times);
    CHECK(store.seen[i].samples == (i % 2 == 0 ? 20 : 30));
    CHECK(store.seen[i].source == store.seen[i % 2].source);
  }
  CHECK(store.seen[0].source != store.seen[1].source);
  CHECK(store.sources.size() == 2);
  CHECK(batches.fates().stored == 150 - 6);
  CHECK(batches.fates().conflicting == 6);
}

TEST_CASE("batches: a page larger than a batch stays with one source") {
  Recorder store;
  Batches batches(store);
  add_page(batches, 1, 10'000, 1000);
  add_page(batches, 1, 10'000, 2000);
  batches.flush();
  REQUIRE(store.seen.size() == 6);
  for (const auto& seen : store.seen) {
    CHECK_FALSE(seen.own_times);
    CHECK(seen.source == store.seen[0].source);
  }
  CHECK(store.samples.size() == 20'000);
}

TEST_CASE("batches: samples of one series bring their own times") {
  Recorder store;
  Batches batches(store);
  for (std::int64_t i = 0; i < 5000; ++i)
    batches.add(SeriesRef(1), from_millis(i * 1000), double(i));
  for (std::int64_t i = 0; i < 5000; ++i)
    batches.add(SeriesRef(2), from_millis(i * 1000), double(i));
  batches.flush();
  CHECK(store.seen.size() == 3);
  REQUIRE(store.samples.size() == 10'000);
  for (const auto& seen : store.seen) CHECK(seen.own_times);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < store.samples.size(); ++i)
    if (store.samples[i].first != std::int64_t(i % 5000) * 1000 ||
        store.samples[i].second != double(i % 5000))
      ++wrong;
  CHECK(wrong == 0);
}

TEST_CASE("batches: nothing is nothing") {
  Recorder store;
  Batches batches(store);
  batches.flush();
  CHECK(store.seen.empty());
}
