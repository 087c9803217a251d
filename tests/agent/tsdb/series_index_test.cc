#include "agent/tsdb/series_index.h"

#include <catch2/catch.hpp>
#include <set>

using namespace lapwing;
using namespace lapwing::tsdb;

TEST_CASE("series index: finds by labels and by matchers, and forgets what was removed") {
  SeriesIndex index;
  const Labels a1{{"__name__", "a"}, {"x", "1"}}, a2{{"__name__", "a"}, {"x", "2"}},
      b{{"__name__", "b"}};
  CHECK(index.add(a1, 1));
  CHECK(index.add(a2, 2));
  CHECK(index.add(b, 3));
  CHECK_FALSE(index.add(b, 4));
  const auto match = [&](std::vector<Matcher> matchers) {
    std::set<std::uint32_t> numbers;
    index.match(matchers, [&](std::uint32_t number, const Labels&) { numbers.insert(number); });
    return numbers;
  };
  const auto matcher = [](MatchKind kind, const char* label, const char* value) {
    return *Matcher::create(kind, label, value);
  };
  using Numbers = std::set<std::uint32_t>;
  CHECK(match({}) == Numbers{1, 2, 3});
  CHECK(match({Matcher::equal("__name__", "a")}) == Numbers{1, 2});
  CHECK(match({Matcher::equal("__name__", "none")}).empty());
  CHECK(match({Matcher::equal("__name__", "a"), Matcher::equal("__name__", "b")}).empty());
  CHECK(match({matcher(MatchKind::Regex, "__name__", "a|b"), Matcher::equal("x", "")}) ==
        Numbers{3});
  CHECK(match({matcher(MatchKind::NotEqual, "x", "1")}) == Numbers{2, 3});
  CHECK(index.find(a2)->second == 2);
  index.remove(a2);
  index.remove(a2);
  CHECK(index.find(a2) == nullptr);
  CHECK(match({Matcher::equal("__name__", "a")}) == Numbers{1});
  CHECK(index.size() == 2);
}

TEST_CASE("series index: any label's value finds its series, after many came and went") {
  SeriesIndex index;
  const auto labels = [](std::uint32_t i) {
    return Labels{{"__name__", "m" + std::to_string(i % 10)},
                  {"job", "all"},
                  {"id", std::to_string(i)},
                  {"half", std::to_string(i % 2)}};
  };
  for (std::uint32_t i = 0; i < 3000; ++i) REQUIRE(index.add(labels(i), i));
  for (std::uint32_t i = 0; i < 3000; i += 3) index.remove(labels(i));
  for (std::uint32_t i = 3000; i < 4000; ++i) REQUIRE(index.add(labels(i), i));
  CHECK(index.size() == 3000);
  const auto count = [&](std::vector<Matcher> matchers) {
    std::size_t found = 0;
    index.match(matchers, [&](std::uint32_t number, const Labels& there) {
      CHECK(there == labels(number));
      ++found;
    });
    return found;
  };
  CHECK(count({Matcher::equal("job", "all")}) == 3000);
  CHECK(count({Matcher::equal("id", "4")}) == 1);
  CHECK(count({Matcher::equal("id", "3")}) == 0);
  CHECK(count({Matcher::equal("job", "all"), Matcher::equal("__name__", "m1")}) == 300);
  CHECK(count({*Matcher::create(MatchKind::Regex, "id", "39..")}) == 100);
  for (std::uint32_t i = 0; i < 4000; ++i)
    CHECK((index.find(labels(i)) != nullptr) == (i >= 3000 || i % 3 != 0));
}

TEST_CASE("series index: series that come and go leave nothing behind") {
  SeriesIndex index;
  const auto labels = [](std::uint32_t i) {
    return Labels{{"__name__", "m"}, {"id", std::to_string(i)}};
  };
  std::size_t settled = 0;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    index.add(labels(i), i);
    if (i >= 500) index.remove(labels(i - 500));
    if (i == 5'000) settled = index.bytes();
    if (i > 5'000) REQUIRE(index.bytes() <= 2 * settled);
  }
  CHECK(index.size() == 500);
}

TEST_CASE("series index: without lists matchers find the same, in less memory") {
  SeriesIndex lean(SeriesIndex::Lists::None), full;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const Labels labels{{"__name__", i % 2 == 0 ? "a" : "b"}, {"pod", std::to_string(i)}};
    lean.add(labels, i);
    full.add(labels, i);
  }
  const auto matched = [](const SeriesIndex& index, const std::vector<Matcher>& matchers) {
    std::set<std::uint32_t> numbers;
    index.match(matchers, [&](std::uint32_t number, const Labels&) { numbers.insert(number); });
    return numbers;
  };
  CHECK(lean.find({{"__name__", "b"}, {"pod", "7"}})->second == 7);
  for (const char* pod : {"8", "7", "1000"}) {
    const std::vector<Matcher> matchers = {Matcher::equal("__name__", "a"),
                                           Matcher::equal("pod", pod)};
    CHECK(matched(lean, matchers) == matched(full, matchers));
  }
  CHECK(matched(lean, {Matcher::equal("__name__", "a")}).size() == 500);
  CHECK(lean.bytes() * 2 < full.bytes());
}
