#include "alerting/notify/classic_matchers.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("classic matchers: values go on to the comma, or to their quote") {
  const auto of = [](std::string_view text) {
    return matchers_text(parse_classic_matchers(text).value());
  };
  CHECK(of("foo=bar baz") == R"({foo="bar baz"})");
  CHECK(of("{a=b, c!~d.*}") == R"({a="b",c!~"d.*"})");
  CHECK(of(R"(a="x,y" , b!="q\"\n\z")") == "{a=\"x,y\",b!=\"q\\\"\\n\\\\z\"}");
  CHECK(of("{a =~ b{2}}") == R"({a=~"b{2}"})");
  CHECK(of("foo=") == R"({foo=""})");
  CHECK(of("") == "{}");
}

TEST_CASE("classic matchers: what is wrong is Invalid") {
  for (const char* const text :
       {"foo", "=x", "1a=b", "ü=b", "a=b\"c", "a=\"b", "a=~\"[\"", "a=b,,c=d"}) {
    INFO(text);
    CHECK_FALSE(parse_classic_matchers(text).ok());
  }
}

TEST_CASE("classic matchers: the newer syntax falls back to them") {
  CHECK(parse_matchers("foo=bar baz").value().at(0).value() == "bar baz");
  CHECK(parse_matchers("a=~b{2},c=d").value().at(0).matches("bb"));
  CHECK_FALSE(parse_matchers("ü=bar baz").ok());
}
