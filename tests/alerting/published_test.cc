#include "alerting/published.h"

#include <catch2/catch.hpp>

#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

std::vector<double> values(const testing::MemoryStore& store, const std::string& name) {
  const Matcher matcher = Matcher::equal("__name__", name);
  const auto set = *store.select({&matcher, 1}, {});
  Columns columns;
  REQUIRE(set->size() == 1);
  REQUIRE(set->read(0, columns).ok());
  return columns.values;
}

}  // namespace

TEST_CASE("published series: what is no longer produced ends with a stale marker, once") {
  testing::MemoryStore store;
  PublishedSeries series;
  const Labels a{{"__name__", "a"}};
  const Labels b{{"__name__", "b"}};
  CHECK(series.publish(store, kNoSource, kStart, {{a, 1}, {b, 2}}) == 0);
  series.publish(store, kNoSource, kStart + 1s, {{a, 3}});
  series.publish(store, kNoSource, kStart + 2s, {{a, 4}});
  CHECK(values(store, "a") == std::vector<double>{1, 3, 4});
  const auto b_values = values(store, "b");
  REQUIRE(b_values.size() == 2);
  CHECK(is_stale(b_values[1]));
  series.end(store, kNoSource, kStart + 3s);
  CHECK(is_stale(values(store, "a").back()));
}

TEST_CASE("published series: what was written before a restart ends too") {
  testing::MemoryStore store;
  const Labels a{{"__name__", "a"}};
  const Labels b{{"__name__", "b"}};
  store.add(a, kStart, 1);
  store.add(b, kStart, 1);
  PublishedSeries series;
  series.expect(a);
  series.expect(b);
  series.publish(store, kNoSource, kStart + 1s, {{b, 2}});
  CHECK(is_stale(values(store, "a").back()));
  CHECK(values(store, "b").back() == 2);
}

TEST_CASE("published series: what the store refuses is counted") {
  struct Refusing final : Appender {
    SourceRef source(std::string_view) override { return kNoSource; }
    Result<SeriesRef> resolve(const Labels&, SeriesKind) override { return invalid("full"); }
    AppendOutcome append(const Batch&) override { return {}; }
  } store;
  PublishedSeries series;
  CHECK(series.publish(store, kNoSource, kStart, {{Labels{{"__name__", "a"}}, 1}}) == 1);
}

TEST_CASE("published series: a retired ref is resolved again") {
  struct Retiring final : Appender {
    std::uint32_t next = 1;
    std::vector<SeriesRef> appended;
    SourceRef source(std::string_view) override { return kNoSource; }
    Result<SeriesRef> resolve(const Labels&, SeriesKind) override { return SeriesRef(next++); }
    AppendOutcome append(const Batch& batch) override {
      AppendOutcome outcome;
      for (std::uint32_t i = 0; i < batch.refs.size(); ++i) {
        appended.push_back(batch.refs[i]);
        if (batch.refs[i] == SeriesRef(1)) outcome.retired.push_back(i);
      }
      return outcome;
    }
  } store;
  PublishedSeries series;
  series.publish(store, kNoSource, kStart, {{Labels{{"__name__", "a"}}, 1}});
  series.publish(store, kNoSource, kStart + 1s, {{Labels{{"__name__", "a"}}, 1}});
  CHECK(store.appended == std::vector{SeriesRef(1), SeriesRef(2), SeriesRef(2)});
}
