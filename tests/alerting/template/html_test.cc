// The expected texts are html/template's own: amtool template render --template.type=html.
#include "alerting/template/html.h"

#include <catch2/catch.hpp>

using namespace lapwing::alerting;

TEST_CASE("html: texts and attributes") {
  CHECK(escape_html("<a b='1' c=\"2\">&+") == "&lt;a b=&#39;1&#39; c=&#34;2&#34;&gt;&amp;+");
  CHECK(escape_html_value("a+b<") == "a&#43;b&lt;");
  CHECK(escape_html_value(std::string_view("\0", 1)) == "\xef\xbf\xbd");
  CHECK(escape_html_unquoted("a b=`c`") == "a&#32;b&#61;&#96;c&#96;");
  CHECK(escape_html_unquoted("") == "ZgotmplZ");
  CHECK(normalize_html("<b>&amp;'") == "&lt;b&gt;&amp;&#39;");
  CHECK(strip_tags("a<b c>d</b>e") == "ade");
}

TEST_CASE("html: names of attributes from data") {
  CHECK(filter_attribute_name("title") == "title");
  for (const char* name : {"onclick", "style", "href", "src", "a b", "", "x=1"}) {
    CAPTURE(name);
    CHECK(filter_attribute_name(name) == "ZgotmplZ");
  }
}

TEST_CASE("html: links") {
  CHECK(normalize_url("http://p/graph?g0.expr=a+%3E+1 'é'%zz") ==
        "http://p/graph?g0.expr=a+%3E+1%20%27%c3%a9%27%25zz");
  CHECK(escape_url("a b&c+/") == "a%20b%26c%2b%2f");
  CHECK(is_harmless_link("/a:b"));
  CHECK(is_harmless_link("HTTPS://x"));
  CHECK_FALSE(is_harmless_link("javascript:alert(1)"));
  CHECK_FALSE(is_harmless_link(" javascript:alert(1)"));
}

TEST_CASE("html: styles and scripts") {
  CHECK(filter_css_value("12px #fff red") == "12px #fff red");
  for (const char* value : {"expression(1)", "a;b", "url(x)", "--x", "Expre-ssion"}) {
    CAPTURE(value);
    const bool refused = filter_css_value(value) == "ZgotmplZ";
    CHECK(refused == (std::string_view(value) != "Expre-ssion"));
  }
  CHECK(escape_script_string("a\"</script>\n") == "a\\u0022\\u003c\\/script\\u003e\\n");
}
