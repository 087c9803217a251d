#include "agent/http/form.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

TEST_CASE("form: percent sequences of either case are decoded") {
  CHECK(percent_decode("a%20b%2fc%2F") == "a b/c/");
  CHECK(percent_decode("") == "");
  CHECK(percent_decode("%00") == std::string(1, '\0'));
}

TEST_CASE("form: a malformed or truncated percent sequence stays as it is") {
  CHECK(percent_decode("100%") == "100%");
  CHECK(percent_decode("%4") == "%4");
  CHECK(percent_decode("%zz%41") == "%zzA");
}

TEST_CASE("form: plus is a blank in forms and itself in paths") {
  CHECK(percent_decode("a+b") == "a+b");
  CHECK(percent_decode("a+b%2B", Plus::Space) == "a b+");
}

TEST_CASE("form: pairs keep their order, repeated names and empty values") {
  CHECK(parse_form("match[]=up&match%5B%5D=x+y&flag&empty=") ==
        Pairs{{"match[]", "up"}, {"match[]", "x y"}, {"flag", ""}, {"empty", ""}});
  CHECK(parse_form("a=b=c") == Pairs{{"a", "b=c"}});
}

TEST_CASE("form: empty pieces are left out") {
  CHECK(parse_form("").empty());
  CHECK(parse_form("&&a=1&") == Pairs{{"a", "1"}});
}

TEST_CASE("form: pairs past the limit are left out") {
  CHECK(parse_form("a=1&b=2&c=3", 2) == Pairs{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("form: a value of 100 kB is read whole") {
  const auto pairs = parse_form("query=" + std::string(100'000, 'a'));
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].second.size() == 100'000);
}

TEST_CASE("form: what is encoded is decoded to the same") {
  const Pairs pairs{{"query", "rate(x{a=\"b\"}[5m]) + 1"}, {"ü&=", "100%"}, {"", "x"}};
  CHECK(parse_form(encode_form(pairs)) == pairs);
  CHECK(percent_encode("a b/~") == "a%20b%2F~");
}
