// Alertmanager's functions; the expected texts are real Alertmanager's: amtool template render.
#include <catch2/catch.hpp>

#include "alerting/notify/notification_data.h"
#include "alerting/template/template_set.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

std::string expand(std::string_view text) {
  const auto data = notification_data_from_json(
      R"({"alerts":[{"status":"firing","startsAt":"2026-01-02T03:04:05.678Z"}]})");
  const auto parsed = NotificationTemplate::parse(text);
  if (!parsed) return "parse: " + parsed.error().message;
  TemplateEnvironment environment;
  environment.now = parse_rfc3339("2026-01-03T03:04:05.678Z").value();
  const auto out = parsed->expand(TemplateSet(), *data, environment);
  return out ? *out : "error: " + out.error().message;
}

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

}  // namespace

TEST_CASE("notification functions: text") {
  check({{"{{ title \"fooBAR o'neil a-b\" }}", "Foobar O'neil A-B"},
         {"{{ toUpper \"é\" }}{{ toLower \"É\" }}", "Éé"},
         {"[{{ trimSpace \" \\t\\u00a0a b\\n\" }}]", "[a b]"},
         {"{{ stringSlice \"a\" \"b\" | join \"-\" }}", "a-b"},
         {"{{ join \"-\" (stringSlice) }}", ""},
         {"{{ match \"^a+$\" \"aaa\" }}", "true"},
         {"{{ reReplaceAll \"a(.)\" \"$1-${1}z$1z\" \"yabac\" }}", "yb-bzc-cz"},
         {"{{ urlUnescape \"a%20b+c\" }}", "a b c"},
         {"{{ safeHtml \"<x>\" }}{{ safeUrl \"a b\" }}", "<x>a b"}});
}

TEST_CASE("notification functions: times") {
  check(
      {{"{{ range .Alerts }}{{ date \"2006-01-02 15:04:05 MST\" (tz \"Asia/Shanghai\" .StartsAt) }}"
        "{{ end }}",
        "2026-01-02 11:04:05 CST"},
       {"{{ range .Alerts }}{{ since .StartsAt | humanizeDuration }}{{ end }}", "1d 0h 0m 0s"},
       {"{{ range .Alerts }}{{ (.StartsAt.Add 28800e9).Format \"15:04\" }}{{ end }}", "11:04"},
       {"{{ now.Year }} {{ humanizeDuration \"3\" }}", "2026 3s"}});
}

TEST_CASE("notification functions: lists, maps and JSON") {
  check({{"{{ list 1 2 \"a\" }} {{ append (list 1) 2 3 }} {{ list }}", "[1 2 a] [1 2 3] []"},
         {"{{ dict \"a\" 1 }} {{ (dict \"a\" 1).a }} {{ (dict \"a\" 1).b }}",
          "map[a:1] 1 <no value>"},
         {"{{ toJson (dict \"a\" 1.5 \"b\" (list 1 \"x<\")) }}",
          "{\"a\":1.5,\"b\":[1,\"x\\u003c\"]}"}});
}

TEST_CASE("notification functions: what cannot be done is an error") {
  for (const char* text :
       {"{{ toUpper 1 }}", "{{ join \",\" 1 }}", "{{ urlUnescape \"%zz\" }}", "{{ since 1 }}",
        "{{ tz \"No/Where\" now }}", "{{ dict \"a\" }}", "{{ dict 1 2 }}", "{{ append .Alerts 1 }}",
        "{{ match \"a(b\" \"x\" }}", "{{ reReplaceAll \"a(b\" \"x\" \"y\" }}",
        "{{ stringSlice 1 }}", "{{ date 1 now }}"}) {
    CAPTURE(text);
    CHECK(expand(text).starts_with("error: "));
  }
}
