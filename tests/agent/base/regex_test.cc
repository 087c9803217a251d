#include "agent/base/regex.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("regex: matches the whole text, line breaks too") {
  const Regex regex = *Regex::create("a.*z");
  CHECK(regex.matches("a\nz"));
  CHECK_FALSE(regex.matches("xaz"));
  CHECK_FALSE(regex.matches("azx"));
}

TEST_CASE("regex: an invalid or huge pattern is Invalid") {
  CHECK(Regex::create("a(").error().kind == ErrorKind::Invalid);
  CHECK_FALSE(Regex::create("((a{100}){100}){100}").ok());
}

TEST_CASE("regex: expands groups by number and name as Go does") {
  const Regex regex = *Regex::create("(\\w+):(?P<port>\\d+)");
  std::string out;
  CHECK(regex.expand("db:5432", "$1-${port}-$$-$9-$1x", out));
  CHECK(out == "db-5432-$--");
  CHECK_FALSE(regex.expand("nothing", "$1", out));
}

TEST_CASE("regex: replaces every match, empty ones included") {
  CHECK(Regex::create("b+")->replace_all("abbcb", "<$0>") == "a<bb>c<b>");
  CHECK(Regex::create("x*")->replace_all("ab", "-") == "-a-b-");
}

TEST_CASE("regex: finds is not anchored") {
  CHECK(Regex::create("b")->finds("abc"));
  CHECK_FALSE(Regex::create("d")->finds("abc"));
}
