#include "agent/promql/lexer.h"

#include <catch2/catch.hpp>

using namespace lapwing::promql;

namespace {

std::vector<TokenKind> kinds(std::string_view text) {
  Lexer lexer(text);
  std::vector<TokenKind> out;
  for (Token token = lexer.next(); token.kind != TokenKind::End; token = lexer.next()) {
    out.push_back(token.kind);
    if (token.kind == TokenKind::Error) break;
  }
  return out;
}

std::string first_error(std::string_view text) {
  Lexer lexer(text);
  while (true) {
    const Token token = lexer.next();
    if (token.kind == TokenKind::Error) return std::string(token.text);
    if (token.kind == TokenKind::End) return {};
  }
}

}  // namespace

TEST_CASE("lexer: nothing, blanks and comments are the end") {
  CHECK(kinds("").empty());
  CHECK(kinds(" \n\t# a comment\r\n").empty());
}

TEST_CASE("lexer: keywords are read in any case, except inside braces") {
  CHECK(kinds("SUM By x") == std::vector{TokenKind::Sum, TokenKind::By, TokenKind::Identifier});
  CHECK(kinds("{by=\"x\"}") == std::vector{TokenKind::LeftBrace, TokenKind::Identifier,
                                           TokenKind::Assign, TokenKind::String,
                                           TokenKind::RightBrace});
}

TEST_CASE("lexer: numbers and durations are told apart") {
  for (const char* text : {"1", "1.5", ".5", "5.", "1e3", "1e-3", "0x1f", "1_000", "Inf", "nAn"}) {
    INFO(text);
    CHECK(kinds(text) == std::vector{TokenKind::Number});
  }
  for (const char* text : {"5m", "1h30m", "250ms", "1y2w3d4h5m6s7ms"}) {
    INFO(text);
    CHECK(kinds(text) == std::vector{TokenKind::Duration});
  }
  for (const char* text : {"1.2.3", "5mx", "0xg", "1__0", "1_", "1e", "1e+", "5q"}) {
    INFO(text);
    CHECK(kinds(text) == std::vector{TokenKind::Error});
  }
}

TEST_CASE("lexer: what is left open is named at the end of the text") {
  CHECK(first_error("sum(x") == "unclosed left parenthesis");
  CHECK(first_error("x[5m") == "unclosed left bracket");
  CHECK(first_error("x{a=") == "unexpected end of input inside braces");
  CHECK(first_error("\"abc") == "unterminated quoted string");
  CHECK(first_error("`abc") == "unterminated raw string");
  CHECK(first_error("\"abc\\") == "escape sequence not terminated");
}

TEST_CASE("lexer: after an error it stays there") {
  Lexer lexer("$ x");
  CHECK(lexer.next().kind == TokenKind::Error);
  CHECK(lexer.next().kind == TokenKind::Error);
}
