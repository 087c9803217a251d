// The functions of templates; what they give was compared with promtool's own, whose verdicts
// stand in tests/rules/templates.test.yml.
#include "alerting/template/functions.h"

#include <catch2/catch.hpp>

#include "tests/alerting/template/expand.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::expand;

namespace {

struct Case {
  const char* text;
  const char* expected;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(expand(c.text) == c.expected);
  }
}

bool is_error(std::string_view text) { return expand(text).starts_with("<error expanding"); }

}  // namespace

TEST_CASE("template numbers: humanize") {
  check({{"{{ humanize 0.0 }}", "0"},
         {"{{ humanize 1.0 }}", "1"},
         {"{{ humanize 1234567.0 }}", "1.235M"},
         {"{{ humanize 0.00012 }}", "120u"},
         {"{{ humanize -1500.0 }}", "-1.5k"},
         {"{{ humanize \"1000\" }}", "1k"},
         {"{{ humanize 12 }}", "12"},
         {"{{ humanize1024 1.0 }}", "1"},
         {"{{ humanize1024 1048576.0 }}", "1Mi"},
         {"{{ humanize1024 0.5 }}", "0.5"}});
  CHECK(is_error("{{ humanize \"x\" }}"));
  CHECK(is_error("{{ humanize true }}"));
}

TEST_CASE("template numbers: humanizeDuration") {
  check({{"{{ humanizeDuration 0.0 }}", "0s"},
         {"{{ humanizeDuration 1.5 }}", "1.5s"},
         {"{{ humanizeDuration 59.9999 }}", "60s"},
         {"{{ humanizeDuration 61.0 }}", "1m 1s"},
         {"{{ humanizeDuration 3661.0 }}", "1h 1m 1s"},
         {"{{ humanizeDuration 90061.0 }}", "1d 1h 1m 1s"},
         {"{{ humanizeDuration -61.0 }}", "-1m 1s"},
         {"{{ humanizeDuration 0.0015 }}", "1.5ms"},
         {"{{ toDuration 90.5 }}", "1m30.5s"}});
}

TEST_CASE("template numbers: percentages, times") {
  check({{"{{ humanizePercentage 0.12345 }}", "12.35%"},
         {"{{ humanizeTimestamp 1435065584.128 }}", "2015-06-23 13:19:44.128 +0000 UTC"},
         {"{{ humanizeTimestamp 0.0 }}", "1970-01-01 00:00:00 +0000 UTC"},
         {"{{ parseDuration \"1h2m\" }}", "3720"}});
  CHECK(is_error("{{ humanizeTimestamp 1e30 }}"));
}

TEST_CASE("template text: case, regular expressions, addresses") {
  check({{"{{ title \"aa bb-cc\" }}", "Aa Bb-Cc"},
         {"{{ toUpper \"aB\" }}{{ toLower \"aB\" }}", "ABab"},
         {"{{ match \"a+\" \"xaay\" }}", "true"},
         {"{{ reReplaceAll \"(a)b\" \"${1}x\" \"ab-ab\" }}", "ax-ax"},
         {"{{ stripPort \"host:80\" }}|{{ stripPort \"[::1]:80\" }}|{{ stripPort \"host\" }}",
          "host|::1|host"},
         {"{{ stripDomain \"a.b.c:80\" }}|{{ stripDomain \"10.0.0.1:80\" }}", "a:80|10.0.0.1:80"},
         {"{{ tableLink \"up == 0\" }}", "/graph?g0.expr=up+%3D%3D+0&g0.tab=1"},
         {"{{ graphLink \"up\" }}", "/graph?g0.expr=up&g0.tab=0"},
         {"{{ \"<a>\" | html }}{{ \"a b\" | urlquery }}", "&lt;a&gt;a+b"},
         {"{{ safeHtml \"<b>\" }}", "<b>"},
         {"{{ print 1 2 \"a\" 3 }}", "1 2a3"}});
  CHECK(is_error("{{ match \"(\" \"x\" }}"));
}

TEST_CASE("template text: Go's own escapes") {
  check({{"{{ js \"<a>\\\"'\\n=é\" }}", "\\u003Ca\\u003E\\\"\\'\\u000A\\u003Dé"},
         {"{{ html \"<>\" 1 }}", "&lt;&gt;1"},
         {"{{ print true nil }}", "true <nil>"}});
}

TEST_CASE("template numbers: times and durations have methods") {
  check({{"{{ (1435065584.128 | toTime).Format \"15:04:05.000\" }}", "13:19:44.128"},
         {"{{ (toDuration 90.5).Seconds }}", "90.5"},
         {"{{ toDuration 90.5 | humanizeDuration }}", "1m 30s"}});
}

TEST_CASE("template comparison: of like kinds only") {
  check({{"{{ eq 1 1 }}{{ eq \"a\" \"b\" \"a\" }}{{ ne 1 2 }}", "truetruetrue"},
         {"{{ lt 1.5 2.5 }}{{ le 2 2 }}{{ gt 3 2 }}{{ ge 2 3 }}", "truetruetruefalse"},
         {"{{ len \"abc\" }}{{ index $labels \"x\" }}{{ slice \"abcd\" 1 3 }}", "3bc"}});
  CHECK(is_error("{{ eq 1 1.0 }}"));
  CHECK(is_error("{{ gt $value 5 }}"));
  CHECK(is_error("{{ lt true false }}"));
  CHECK(is_error("{{ index $labels 1 }}"));
}

TEST_CASE("template functions: a wrong number of arguments is an error") {
  CHECK(is_error("{{ humanize }}"));
  CHECK(is_error("{{ match \"a\" }}"));
  CHECK(is_error("{{ 1 2 }}"));
}
