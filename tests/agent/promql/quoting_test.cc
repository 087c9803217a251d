#include <catch2/catch.hpp>

#include "agent/promql/lexer.h"

using namespace lapwing::promql;

TEST_CASE("quoting: Go's escapes are resolved") {
  CHECK(unquote(R"("a\tb\n\\\"")").value() == "a\tb\n\\\"");
  CHECK(unquote(R"('it\'s')").value() == "it's");
  CHECK(unquote(R"("\x41\101\u00e9\U0001F600")").value() == "AA\u00e9\U0001F600");
  CHECK(unquote(R"("\x80")").value() == "\x80");
  CHECK(unquote("`raw \\n\r`").value() == "raw \\n");
  CHECK(unquote("\"\"").value().empty());
}

TEST_CASE("quoting: a wrong or cut escape is Invalid") {
  for (const char* text : {R"("\q")", R"("\x4")", R"("\u12")", R"("\ud800")", R"("\U00110000")",
                           R"("\400")", R"("\'")"}) {
    INFO(text);
    CHECK_FALSE(unquote(text).ok());
  }
}

TEST_CASE("quoting: what is printed reads back as the same bytes") {
  for (const std::string text : {"", "plain", "tab\t \"quoted\" \\", "\u00e9\u2028\x01", "\x80\xff",
                                 "\U0001F600", "\a\b\f\v\r\n"}) {
    CHECK(unquote(quote(text)).value() == text);
  }
  CHECK(quote("\u00e9\x01\u2028\x80") == "\"\u00e9\\x01\\u2028\\x80\"");
}
