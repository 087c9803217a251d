#include "alerting/shared_reads.h"

#include <catch2/catch.hpp>

#include "agent/promql/expression.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);
constexpr TimeRange kRange{kStart, kStart + 1min};

/// Counts what is asked of the store.
struct Counting final : SeriesSource {
  lapwing::testing::MemoryStore store;
  mutable int selects = 0;

  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                            TimeRange range) const override {
    ++selects;
    return store.select(matchers, range);
  }
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                               TimeRange range) const override {
    return store.label_names(matchers, range);
  }
  Result<std::vector<std::string>> label_values(std::string_view label,
                                                std::span<const Matcher> matchers,
                                                TimeRange range) const override {
    return store.label_values(label, matchers, range);
  }
};

std::vector<Matcher> matchers(std::string_view selector) {
  return *promql::parse_selector(selector);
}

/// The newest value of the only series, -1 when there is none.
double newest(const SharedReads& reads, std::string_view selector, TimeRange range = kRange) {
  const auto set = *reads.select(matchers(selector), range);
  if (set->size() != 1) return -1;
  Columns columns;
  REQUIRE(set->read(0, columns).ok());
  return columns.values.back();
}

}  // namespace

TEST_CASE("shared reads: a selector that two rules have is read once a moment") {
  Counting source;
  source.store.add(Labels{{"__name__", "x"}}, kStart, 1);
  SharedReads reads(source);
  reads.expect({matchers("x"), matchers("y"), matchers("x")});
  CHECK(newest(reads, "x") == 1);
  CHECK(newest(reads, "x") == 1);
  CHECK(source.selects == 1);
  CHECK(newest(reads, "x", {kStart, kStart + 2min}) == 1);  // Another range is another read.
  CHECK(source.selects == 2);
  reads.begin();
  source.store.add(Labels{{"__name__", "x"}}, kStart + 1s, 2);
  CHECK(newest(reads, "x") == 2);
  CHECK(source.selects == 3);
}

TEST_CASE("shared reads: the newest samples and all of them are kept apart") {
  Counting source;
  source.store.add(Labels{{"__name__", "x"}}, kStart, 1);
  SharedReads reads(source);
  reads.expect({matchers("x"), matchers("x")});
  REQUIRE(reads.select_newest(matchers("x"), kRange).ok());
  CHECK(newest(reads, "x") == 1);
  CHECK(source.selects == 2);
  REQUIRE(reads.select_newest(matchers("x"), kRange).ok());
  CHECK(source.selects == 2);
}

TEST_CASE("shared reads: what only one rule reads is not kept") {
  Counting source;
  source.store.add(Labels{{"__name__", "x"}}, kStart, 1);
  SharedReads reads(source);
  reads.expect({matchers("x")});
  newest(reads, "x");
  newest(reads, "x");
  CHECK(source.selects == 2);
}

TEST_CASE("shared reads: what a rule has written since is read anew") {
  Counting source;
  source.store.add(Labels{{"__name__", "x"}}, kStart, 1);
  SharedReads reads(source);
  reads.expect({matchers("x"), matchers("x"), matchers("{__name__=~\"x|y\"}"),
                matchers("{__name__=~\"x|y\"}"), matchers("z"), matchers("z")});
  newest(reads, "x");
  newest(reads, "{__name__=~\"x|y\"}");
  newest(reads, "z");
  source.store.add(Labels{{"__name__", "x"}}, kStart + 1s, 5);
  reads.written("x");
  CHECK(newest(reads, "x") == 5);
  CHECK(newest(reads, "{__name__=~\"x|y\"}") == 5);
  CHECK(source.selects == 5);
  newest(reads, "z");
  CHECK(source.selects == 5);
}
