// The expected pages are html/template's own: amtool template render --template.type=html.
#include "alerting/template/html_escaper.h"

#include <catch2/catch.hpp>

#include "alerting/notify/notification_data.h"
#include "alerting/template/template_set.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

std::string page(std::string_view text) {
  const auto data = notification_data_from_json(
      R"json({"commonLabels":{"z":"<b>&\"'","script":"javascript:alert(1)"},"receiver":"a b"})json");
  const auto parsed = NotificationTemplate::parse(text);
  if (!parsed) return "parse: " + parsed.error().message;
  const auto out = parsed->expand(TemplateSet(), *data, {}, TemplateOutput::Html);
  return out ? *out : out.error().message;
}

}  // namespace

TEST_CASE("html escaper: text, and HTML that is trusted") {
  CHECK(page("<p>{{ .CommonLabels.z }} {{ \"a+b\" }}</p>") ==
        "<p>&lt;b&gt;&amp;&#34;&#39; a&#43;b</p>");
  CHECK(page("{{ safeHtml \"<i>\" }}{{ html \"<\" }}{{ .CommonLabels.none }}") == "<i>&lt;");
  CHECK(page("a < b <3 <!doctype html></ x") == "a &lt; b &lt;3 <!doctype html>&lt;/ x");
}

TEST_CASE("html escaper: comments vanish, with what is in them") {
  CHECK(page("a<!-- {{ .CommonLabels.z }} <p> -->b") == "ab");
  CHECK(page("a<!-- open") == "a");
}

TEST_CASE("html escaper: attributes with and without quotes, and their names") {
  CHECK(page("<p title=\"{{ .CommonLabels.z }}\" class='{{ \"a b\" }}'>") ==
        "<p title=\"&lt;b&gt;&amp;&#34;&#39;\" class='a b'>");
  CHECK(page("<p class={{ \"a b\" }} id={{ \"\" }}>{{ \"<\" }}") ==
        "<p class=a&#32;b id=ZgotmplZ>&lt;");
  CHECK(page("<p title=\"{{ safeHtml \"<b>x</b>&amp;\" }}\">") == "<p title=\"x&amp;\">");
  CHECK(page("<a {{ \"attr\" }}=\"1\" {{ \"onclick\" }}=\"x\">") ==
        "<a attr=\"1\" ZgotmplZ=\"x\">");
}

TEST_CASE("html escaper: links") {
  CHECK(page("<a href=\"{{ .CommonLabels.script }}\" href='{{ \"a b'c\" }}'>") ==
        "<a href=\"#ZgotmplZ\" href='a%20b%27c'>");
  CHECK(page("<a href=\"/q?x={{ \"a b&c+\" }}#{{ \"é\" }}\">") ==
        "<a href=\"/q?x=a%20b%26c%2b#%c3%a9\">");
  CHECK(page("<a href=\"/q?x={{ .Receiver | urlquery }}\">") == "<a href=\"/q?x=a&#43;b\">");
  CHECK(page("<img data-url={{ \"x y\" }} src=\"{{ safeUrl \"javascript:x\" }}\">") ==
        "<img data-url=x%20y src=\"javascript:x\">");
}

TEST_CASE("html escaper: styles") {
  CHECK(page("<b style=\"color: {{ \"red\" }}; width: {{ \"expression(1)\" }}\">") ==
        "<b style=\"color: red; width: ZgotmplZ\">");
  CHECK(page("<style>p { color: {{ \"blue;\" }} }</style>{{ \"<\" }}") ==
        "<style>p { color: ZgotmplZ }</style>&lt;");
}

TEST_CASE("html escaper: scripts") {
  CHECK(
      page("<script>var s = \"{{ \"a\\\"</script>\" }}\"; y = {{ .CommonLabels.none }}</script>") ==
      "<script>var s = \"a\\u0022\\u003c\\/script\\u003e\"; y = \"\"</script>");
  CHECK(page("<script>x = {{ len \"abc\" }};</script>{{ \"<\" }}") ==
        "<script>x =  3 ;</script>&lt;");
  CHECK(page("<p onclick=\"f({{ \"x'\" }})\">") == "<p onclick=\"f(&#34;x&#39;&#34;)\">");
}

TEST_CASE("html escaper: what stands in a title is text") {
  CHECK(page("<title>a < b {{ \"<b>\" }}</title><p>{{ \"<\" }}") ==
        "<title>a &lt; b &lt;b&gt;</title><p>&lt;");
}
