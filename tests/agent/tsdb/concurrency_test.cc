// One writer, one store thread, readers: for the thread sanitizer, and for whole batches.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using namespace lapwing::tsdb::testing;

TEST_CASE("store: readers see whole batches while others write, flush and resolve") {
  Bench bench;
  bench.options.head.period = 1min;
  bench.options.head_hold = 0s;
  REQUIRE(bench.open().ok());
  constexpr int kBatches = 600;
  std::vector<SeriesRef> refs;
  for (int i = 0; i < 20; ++i)
    refs.push_back(bench.resolve({{"__name__", "m"}, {"i", std::to_string(i)}}));
  const SourceRef source = bench.store->source("s");
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0, read = 0, lost = 0, coarse = 0;

  const auto reader = [&] {
    std::size_t seen = 0;
    while (!done) {
      auto set = bench.store->select(named("m"), {});
      if (!set) continue;
      Columns columns;
      std::size_t count = 0;
      for (std::size_t i = 0; i < (*set)->size(); ++i) {
        if (!(*set)->read(i, columns)) break;
        if (i == 0) count = columns.size();
        // A file's chunk may be committed in between, but never adds what the head had not.
        if (columns.size() != count) ++torn;
      }
      if (count < seen) ++lost;
      seen = count;
      ++read;
    }
  };
  // What is being flushed just now, minutes first: they must not be taken for all that is left.
  const auto reader_of_flushed = [&] {
    while (!done) {
      const Timestamp now = bench.clock.now();
      const auto set = bench.store->select(named("m"), {now - 70s, now - 5s});
      if (set && (*set)->coarsest() != 0ms) ++coarse;
    }
  };
  std::thread first(reader), second(reader), third(reader_of_flushed);
  std::thread store_thread([&] {
    while (!done) bench.store->step(bench.clock.now());
  });
  for (int batch = 0; batch < kBatches; ++batch) {
    bench.clock.advance(1s);
    const std::vector<double> values(20, batch);
    bench.store->append(
        {.source = source, .time = bench.clock.now(), .refs = refs, .values = values});
    bench.resolve({{"__name__", "other"}, {"i", std::to_string(batch)}});
    std::this_thread::yield();
  }
  while (read < 3) std::this_thread::yield();
  done = true;
  first.join();
  second.join();
  third.join();
  store_thread.join();
  CHECK(torn == 0);
  CHECK(lost == 0);
  CHECK(coarse == 0);
  auto set = bench.store->select(named("m"), {});
  Columns columns;
  REQUIRE((*set)->read(7, columns).ok());
  CHECK(columns.size() == kBatches);
}
