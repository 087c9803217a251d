#include "agent/model/matcher.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("matcher: the four kinds on present and missing labels") {
  const Labels labels{{"job", "node"}};
  CHECK(Matcher::equal("job", "node").matches(labels));
  CHECK(Matcher::equal("zone", "").matches(labels));
  CHECK(Matcher::create(MatchKind::NotEqual, "zone", "west")->matches(labels));
  CHECK(Matcher::create(MatchKind::Regex, "job", "no.+")->matches(labels));
  CHECK_FALSE(Matcher::create(MatchKind::Regex, "job", "no")->matches(labels));
  CHECK_FALSE(Matcher::create(MatchKind::NotRegex, "job", "n.*")->matches(labels));
  CHECK(Matcher::create(MatchKind::Regex, "zone", ".*")->matches(labels));
}

TEST_CASE("matcher: prints as in a selector; a bad pattern is Invalid") {
  CHECK(Matcher::create(MatchKind::NotRegex, "a b", "x\"")->to_string() == "\"a b\"!~\"x\\\"\"");
  CHECK_FALSE(Matcher::create(MatchKind::Regex, "a", "(").ok());
}

TEST_CASE("matcher: lists are the same by kinds, labels and values in their order") {
  const std::vector<Matcher> a = {Matcher::equal("job", "node"), Matcher::equal("x", "1")};
  const std::vector<Matcher> again = {Matcher::equal("job", "node"), Matcher::equal("x", "1")};
  CHECK(same(a, again));
  CHECK(hash_of(a) == hash_of(again));
  CHECK_FALSE(same(a, std::vector{a[0]}));
  CHECK_FALSE(same(a, std::vector{a[1], a[0]}));
  CHECK_FALSE(same(std::vector{a[0]}, std::vector{Matcher::equal("job", "no")}));
  const auto other = *Matcher::create(MatchKind::NotEqual, "job", "node");
  CHECK_FALSE(same(std::vector{a[0]}, std::vector{other}));
  CHECK(hash_of(std::vector{a[0]}) != hash_of(std::vector{other}));
  CHECK(same({}, {}));
}
