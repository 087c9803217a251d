#include "alerting/template/format.h"

#include <catch2/catch.hpp>

#include "tests/alerting/template/expand.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::expand;

TEST_CASE("printf: verbs, width and precision") {
  CHECK(expand("{{ printf \"%.2f|%5.1f|%-6.1f|%06.2f\" 1.234 1.25 1.25 3.14159 }}") ==
        "1.23|  1.2|1.2   |003.14");
  CHECK(expand("{{ printf \"%d|%x|%X|%o|%b|%c|%+d|%5d|%05d\" 10 255 255 8 5 65 7 42 42 }}") ==
        "10|ff|FF|10|101|A|+7|   42|00042");
  CHECK(expand(
            "{{ printf \"%s|%q|%v|%10s|%-4s|%.2s\" \"a\" \"b\\\"\" \"c\" \"d\" \"e\" \"fgh\" }}") ==
        "a|\"b\\\"\"|c|         d|e   |fg");
  CHECK(expand("{{ printf \"%g|%e|%v|%t|%%\" 1e21 1234.5 0.5 true }}") ==
        "1e+21|1.234500e+03|0.5|true|%");
}

TEST_CASE("printf: wrong verbs, missing and extra arguments say so") {
  CHECK(expand("{{ printf \"%d\" \"x\" }}") == "%!d(string=x)");
  CHECK(expand("{{ printf \"%s\" 1.5 }}") == "%!s(float64=1.5)");
  CHECK(expand("{{ printf \"%d\" }}") == "%!d(MISSING)");
  CHECK(expand("{{ printf \"a\" 1 \"b\" }}") == "a%!(EXTRA int=1, string=b)");
  CHECK(expand("{{ printf \"50%\" }}") == "50%!(NOVERB)");
}

TEST_CASE("printf: width is limited") {
  CHECK(expand("{{ printf \"%99999999999d\" 1 }}").size() == 1000);
}

TEST_CASE("go_quote: escapes what Go escapes") {
  CHECK(go_quote("a\"\\\n\x01ü") == "\"a\\\"\\\\\\n\\x01ü\"");
}
