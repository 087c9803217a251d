#include "alerting/notify/matchers.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("matchers: every form that Alertmanager reads") {
  const auto text = [](std::string_view form) {
    const auto parsed = parse_matchers(form);
    return parsed ? matchers_text(*parsed) : parsed.error().message;
  };
  CHECK(text("a=b") == "{a=\"b\"}");
  CHECK(text(" a = \"b c\" ") == "{a=\"b c\"}");
  CHECK(text("{a=\"b\", c!~\"d.*\",}") == "{a=\"b\",c!~\"d.*\"}");
  CHECK(text("a=~\"x|y\",b!=z") == "{a=~\"x|y\",b!=\"z\"}");
  CHECK(text("\"label with blank\"=x") == "{\"label with blank\"=\"x\"}");
  CHECK(text("a=\"q\\\"u\"") == "{a=\"q\\\"u\"}");
  CHECK(text("a=") == "{a=\"\"}");
  CHECK(text("{}") == "{}");
  // Found by libFuzzer: printed without quotes it was read as another name.
  CHECK(text("\"\vf\"!=x") == "{\"\vf\"!=\"x\"}");
  CHECK(text("\va\f=\vb") == "{a=\"b\"}");
}

TEST_CASE("matchers: what is none is Invalid") {
  for (const char* text : {"a", "=b", "a=\"b", "a=~\"(\"", "a=b,,c=d", "1a=b c"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_matchers(text).ok());
  }
}

TEST_CASE("matchers: all must match, a missing label is empty") {
  const Matchers matchers = *parse_matchers("a=~\"x|y\",b!=z");
  CHECK(matches_all(matchers, Labels{{"a", "x"}}));
  CHECK_FALSE(matches_all(matchers, Labels{{"a", "xx"}}));
  CHECK_FALSE(matches_all(matchers, Labels{{"a", "x"}, {"b", "z"}}));
}

TEST_CASE("matchers: one alone is taken and refused as Alertmanager 0.33 does in its API") {
  for (const char* text :
       {"a==b", "a=b c=d", "a=b,,c=d", "foo=bar baz", "1a=b", "ü=b", "foo=", "a=b,"}) {
    CAPTURE(text);
    CHECK(parse_matcher(text).ok());
  }
  for (const char* text : {"a", "=b", "a=\"b", "{a=b", "a=b}", "a=~\"(\"", "a=~b{2}", "ü=bar baz",
                           "a=b\"c", "", "{}", "{a=b,}"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_matcher(text).ok());
  }
}
