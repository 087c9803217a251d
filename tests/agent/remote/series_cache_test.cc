#include "agent/remote/series_cache.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace lapwing::remote {
namespace {

using LabelList = std::vector<Label>;

}  // namespace

TEST_CASE("series cache: finds what was put, for exactly those labels") {
  SeriesCache cache(10);
  const LabelList labels = {{"__name__", "up"}, {"job", "a"}};
  const std::uint64_t hash = SeriesCache::hash(labels);
  CHECK_FALSE(cache.find(hash, labels));
  cache.put(hash, {Labels::from(labels), SeriesRef(7)});
  REQUIRE(cache.find(hash, labels));
  CHECK(cache.find(hash, labels)->ref == SeriesRef(7));
  CHECK(cache.find(hash, labels)->labels.get("job") == "a");
  cache.erase(hash);
  CHECK_FALSE(cache.find(hash, labels));
}

TEST_CASE("series cache: equal hashes of other labels are not mixed up") {
  SeriesCache cache(10);
  const LabelList labels = {{"__name__", "up"}};
  cache.put(5, {Labels::from(labels), SeriesRef(7)});
  CHECK(cache.find(5, labels));
  CHECK_FALSE(cache.find(5, LabelList{{"__name__", "down"}}));
  CHECK_FALSE(cache.find(5, LabelList{{"__name__", "up"}, {"a", "b"}}));
  CHECK_FALSE(cache.find(5, {}));
}

TEST_CASE("series cache: the hash tells labels apart, and where name and value meet") {
  const auto hash = [](const LabelList& labels) { return SeriesCache::hash(labels); };
  CHECK(hash({{"a", "b"}}) == hash({{"a", "b"}}));
  CHECK(hash({{"a", "bc"}}) != hash({{"ab", "c"}}));
  CHECK(hash({{"a", "b"}, {"c", "d"}}) != hash({{"c", "d"}, {"a", "b"}}));
  CHECK(hash({}) != hash({{"", ""}}));
}

TEST_CASE("series cache: full, it begins anew, and never grows past its limit") {
  SeriesCache cache(3);
  for (std::uint32_t i = 0; i < 100; ++i) {
    const std::string value = std::to_string(i);
    const LabelList labels = {{"__name__", value}};
    cache.put(SeriesCache::hash(labels), {Labels::from(labels), SeriesRef(i)});
    CHECK(cache.find(SeriesCache::hash(labels), labels));
    CHECK(cache.size() <= 3);
  }
}

TEST_CASE("series cache: putting again replaces, also when full") {
  SeriesCache cache(1);
  const LabelList labels = {{"__name__", "up"}};
  cache.put(1, {Labels::from(labels), SeriesRef(1)});
  cache.put(1, {Labels::from(labels), SeriesRef(2)});
  CHECK(cache.find(1, labels)->ref == SeriesRef(2));
  CHECK(cache.size() == 1);
}

}  // namespace lapwing::remote
