// Lexer of Go's template language (pkg.go.dev/text/template): text and what stands in {{ }}.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::alerting {

enum class TokenKind {
  Text,      ///< outside of actions, trimmed already
  Open,      ///< {{
  Close,     ///< }}
  Word,      ///< if, end, printf, true, nil …
  Field,     ///< .name: `text` is the name
  Dot,       ///< . alone
  Variable,  ///< $name or $: `text` is the name without $
  String,    ///< `text` is the unquoted value
  Integer,
  Float,
  Character,  ///< 'x': `text` is its code point in decimal
  Pipe,
  Declare,  ///< :=
  Assign,   ///< =
  Comma,
  LeftParen,
  RightParen,
  End,
};

struct Token {
  TokenKind kind = TokenKind::End;
  std::string text{};
  std::size_t offset = 0;
  bool after_space = false;  ///< white space stands before it: `.a .b` is two operands
};

/// Invalid with the reason: an action that is not closed, a bad character, a bad string.
Result<std::vector<Token>> lex_template(std::string_view text);

}  // namespace lapwing::alerting
