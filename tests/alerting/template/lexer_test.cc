#include "alerting/template/lexer.h"

#include <catch2/catch.hpp>

using namespace lapwing::alerting;

TEST_CASE("template lexer: text and actions") {
  const auto tokens = lex_template("a {{ $x := .b.c | f \"s\\n\" 1.5 -2 'x' }}");
  REQUIRE(tokens.ok());
  std::vector<TokenKind> kinds;
  for (const Token& token : *tokens) kinds.push_back(token.kind);
  using enum TokenKind;
  CHECK(kinds == std::vector{Text, Open, Variable, Declare, Field, Field, Pipe, Word, String, Float,
                             Integer, Character, Close, End});
  CHECK((*tokens)[8].text == "s\n");
  CHECK((*tokens)[11].text == "120");
  CHECK_FALSE((*tokens)[5].after_space);
}

TEST_CASE("template lexer: what is not closed or no token is Invalid") {
  for (const char* text :
       {"{{", "{{ \"a", "{{ `a", "{{ 'a", "{{/* a", "{{ # }}", "{{ \"\\z\" }}", "{{ : }}"}) {
    CAPTURE(text);
    CHECK_FALSE(lex_template(text).ok());
  }
}
