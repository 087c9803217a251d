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
