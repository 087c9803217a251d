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
