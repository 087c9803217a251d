// Lexer: PromQL text into tokens, as Prometheus 3.x reads it: keywords in any case, comments,
// numbers with underscores and hex, durations, three kinds of quotes, UTF-8 inside quotes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::promql {

enum class TokenKind {
  End,
  Error,
  Identifier,
  MetricIdentifier,
  Number,
  Duration,
  String,
  LeftParen,
  RightParen,
  LeftBrace,
  RightBrace,
  LeftBracket,
  RightBracket,
  Comma,
  Colon,
  Assign,
  At,
  // Operators; the first sixteen stand in the order of ast.h's Operator.
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  Power,
  Atan2,
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  And,
  Or,
  Unless,
  MatchRegex,
  MatchNotRegex,
  // Aggregations, in the order of ast.h's AggregationKind.
  Sum,
  Avg,
  Count,
  Min,
  Max,
  Group,
  Stddev,
  Stdvar,
  Topk,
  Bottomk,
  CountValues,
  Quantile,
  Limitk,
  LimitRatio,
  // Other keywords.
  By,
  Without,
  On,
  Ignoring,
  GroupLeft,
  GroupRight,
  Bool,
  Offset,
  Start,
  EndOfRange,
};

constexpr bool is_operator(TokenKind kind) {
  return kind >= TokenKind::Add && kind <= TokenKind::Unless;
}
constexpr bool is_aggregation(TokenKind kind) {
  return kind >= TokenKind::Sum && kind <= TokenKind::LimitRatio;
}
/// Keywords that may also be the name of a metric; aggregations are so too.
constexpr bool is_metric_keyword(TokenKind kind) {
  return kind == TokenKind::By || kind == TokenKind::Without || kind == TokenKind::Offset ||
         kind == TokenKind::Start || kind == TokenKind::EndOfRange || kind == TokenKind::And ||
         kind == TokenKind::Or || kind == TokenKind::Unless;
}
constexpr bool is_keyword(TokenKind kind) {
  return kind >= TokenKind::By && kind <= TokenKind::Offset;
}

/// `text` is a view into the input; for Error it is the message, which the Lexer owns.
struct Token {
  TokenKind kind = TokenKind::End;
  std::string_view text;
  std::size_t offset = 0;  ///< of its first byte in the input
};

/// How a message names the token: `identifier "foo"`, `<op:*>`, `end of input`.
std::string describe(const Token& token);

/// The text inside a token of kind String, Go's escapes resolved. Invalid for a bad escape.
Result<std::string> unquote(std::string_view quoted);
/// The text in double quotes, escaped as Go's strconv.Quote does.
std::string quote(std::string_view text);

/// Views into `input`, which must outlive it.
class Lexer {
 public:
  explicit Lexer(std::string_view input) : input_(input) {}

  /// The next token. After End or Error it returns the same again.
  Token next();

 private:
  Token make(TokenKind kind, std::size_t start);
  Token fail(std::string message, std::size_t start);
  Token in_braces();
  Token in_statement();
  Token in_brackets();
  Token punctuation(char c, std::size_t start);
  Token word(std::size_t start);
  Token number_or_duration(std::size_t start);
  bool scan_number();
  bool scan_number_body(bool hexadecimal);
  bool scan_duration_rest();
  Token quoted(char delimiter, std::size_t start);
  bool skip_space_and_comments();
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < input_.size() ? input_[at_ + ahead] : '\0';
  }
  bool accept(std::string_view any);

  std::string_view input_;
  std::size_t at_ = 0;
  int open_parens_ = 0;
  bool brace_open_ = false;
  bool bracket_open_ = false;
  bool bracket_empty_ = false;  // no number or duration seen since the bracket opened
  bool any_duration_ = false;   // in any brackets so far
  bool got_colon_ = false;
  bool failed_ = false;
  std::string message_;
  std::size_t failed_at_ = 0;
};

}  // namespace lapwing::promql
