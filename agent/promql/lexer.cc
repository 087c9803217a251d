#include "agent/promql/lexer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "agent/base/utf8.h"

namespace lapwing::promql {
namespace {

constexpr std::string_view kDecimalDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

constexpr std::array<std::pair<std::string_view, TokenKind>, 28> kKeywords = {{
    {"atan2", TokenKind::Atan2},
    {"and", TokenKind::And},
    {"or", TokenKind::Or},
    {"unless", TokenKind::Unless},
    {"sum", TokenKind::Sum},
    {"avg", TokenKind::Avg},
    {"count", TokenKind::Count},
    {"min", TokenKind::Min},
    {"max", TokenKind::Max},
    {"group", TokenKind::Group},
    {"stddev", TokenKind::Stddev},
    {"stdvar", TokenKind::Stdvar},
    {"topk", TokenKind::Topk},
    {"bottomk", TokenKind::Bottomk},
    {"count_values", TokenKind::CountValues},
    {"quantile", TokenKind::Quantile},
    {"limitk", TokenKind::Limitk},
    {"limit_ratio", TokenKind::LimitRatio},
    {"by", TokenKind::By},
    {"without", TokenKind::Without},
    {"on", TokenKind::On},
    {"ignoring", TokenKind::Ignoring},
    {"group_left", TokenKind::GroupLeft},
    {"group_right", TokenKind::GroupRight},
    {"bool", TokenKind::Bool},
    {"offset", TokenKind::Offset},
    {"start", TokenKind::Start},
    {"end", TokenKind::EndOfRange},
}};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return out;
}

/// The character at the start of `text` as Go's %q shows a rune: 'x'.
std::string quoted_character(std::string_view text) {
  if (text.empty()) return "'\xEF\xBF\xBD'";
  const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
  const std::string shown = quote(text.substr(0, length));
  if (shown == "\"\\\"\"") return "'\"'";
  if (shown == "\"'\"") return "'\\''";
  return fmt::format("'{}'", std::string_view(shown).substr(1, shown.size() - 2));
}

}  // namespace

std::string describe(const Token& token) {
  const TokenKind kind = token.kind;
  const auto shown = [&] {
    return token.text.size() > 10 ? quote(token.text.substr(0, 10)) + "..." : quote(token.text);
  };
  if (kind == TokenKind::End) return "end of input";
  if (kind == TokenKind::Error) return std::string(token.text);
  if (kind == TokenKind::Identifier) return "identifier " + quote(token.text);
  if (kind == TokenKind::MetricIdentifier) return "metric identifier " + quote(token.text);
  if (kind == TokenKind::Number) return "number " + shown();
  if (kind == TokenKind::Duration) return "duration " + shown();
  if (kind == TokenKind::String) return "string " + shown();
  if (is_keyword(kind)) return fmt::format("<{}>", token.text);
  if (is_operator(kind) || kind == TokenKind::At || kind == TokenKind::MatchRegex ||
      kind == TokenKind::MatchNotRegex)
    return fmt::format("<op:{}>", token.text);
  if (is_aggregation(kind)) return fmt::format("<aggr:{}>", token.text);
  return shown();
}

Token Lexer::make(TokenKind kind, std::size_t start) {
  return {kind, input_.substr(start, at_ - start), start};
}

Token Lexer::fail(std::string message, std::size_t start) {
  failed_ = true;
  message_ = std::move(message);
  failed_at_ = start;
  return {TokenKind::Error, message_, start};
}

bool Lexer::accept(std::string_view any) {
  if (at_ >= input_.size() || any.find(input_[at_]) == std::string_view::npos) return false;
  ++at_;
  return true;
}

bool Lexer::skip_space_and_comments() {
  while (at_ < input_.size()) {
    if (is_space(input_[at_])) {
      ++at_;
    } else if (input_[at_] == '#' && !(bracket_open_ && bracket_empty_)) {
      while (at_ < input_.size() && input_[at_] != '\n' && input_[at_] != '\r') ++at_;
    } else {
      return true;
    }
  }
  return false;
}

Token Lexer::next() {
  if (failed_) return {TokenKind::Error, message_, failed_at_};
  const bool more = skip_space_and_comments();
  if (!more) {
    if (brace_open_) return fail("unexpected end of input inside braces", at_);
    if (bracket_open_ && bracket_empty_)
      return fail("unexpected end of input in duration expression", at_);
    if (open_parens_ != 0) return fail("unclosed left parenthesis", at_);
    if (bracket_open_) return fail("unclosed left bracket", at_);
    return {TokenKind::End, {}, input_.size()};
  }
  if (brace_open_) return in_braces();
  if (bracket_open_ && bracket_empty_) return in_brackets();
  return in_statement();
}

Token Lexer::in_braces() {
  const std::size_t start = at_;
  const char c = input_[at_];
  if (is_letter(c)) {
    while (at_ < input_.size() && is_alphanumeric(input_[at_])) ++at_;
    return make(TokenKind::Identifier, start);
  }
  if (c == '"' || c == '\'' || c == '`') return quoted(c, start);
  ++at_;
  switch (c) {
    case ',':
      return make(TokenKind::Comma, start);
    case '=':
      return make(accept("~") ? TokenKind::MatchRegex : TokenKind::Assign, start);
    case '!':
      if (accept("~")) return make(TokenKind::MatchNotRegex, start);
      if (accept("=")) return make(TokenKind::NotEqual, start);
      return fail(fmt::format("unexpected character after '!' inside braces: {}",
                              quoted_character(input_.substr(at_))),
                  start);
    case '{':
      return fail("unexpected left brace '{'", start);
    case '}':
      brace_open_ = false;
      return make(TokenKind::RightBrace, start);
    default:
      return fail("unexpected character inside braces: " + quoted_character(input_.substr(start)),
                  start);
  }
}

// Up to the first number; what comes behind it is read as anywhere else, but for letters.
Token Lexer::in_brackets() {
  const std::size_t start = at_;
  const char c = input_[at_];
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
    bracket_empty_ = false;
    any_duration_ = true;
    return number_or_duration(start);
  }
  if (c == ':' && !any_duration_)
    return fail("unexpected colon before duration in duration expression", start + 1);
  if (std::string_view("+-*/%^()]:").find(c) != std::string_view::npos) {
    ++at_;
    return punctuation(c, start);
  }
  return fail(
      "unexpected character in duration expression: " + quoted_character(input_.substr(start)),
      start);
}

Token Lexer::in_statement() {
  const std::size_t start = at_;
  const char c = input_[at_];
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number_or_duration(start);
  if (c == '"' || c == '\'' || c == '`') return quoted(c, start);
  if ((is_letter(c) || c == ':') && !bracket_open_) return word(start);
  ++at_;
  // In brackets Prometheus takes a letter for the colon of a subquery.
  return punctuation(is_letter(c) ? ':' : c, start);
}

Token Lexer::punctuation(char c, std::size_t start) {
  switch (c) {
    case ',':
      return make(TokenKind::Comma, start);
    case '*':
      return make(TokenKind::Multiply, start);
    case '/':
      return make(TokenKind::Divide, start);
    case '%':
      return make(TokenKind::Modulo, start);
    case '+':
      return make(TokenKind::Add, start);
    case '-':
      return make(TokenKind::Subtract, start);
    case '^':
      return make(TokenKind::Power, start);
    case '@':
      return make(TokenKind::At, start);
    case '=':
      if (accept("=")) return make(TokenKind::Equal, start);
      if (peek() == '~') return fail("unexpected character after '=': '~'", start);
      return make(TokenKind::Assign, start);
    case '!':
      if (accept("=")) return make(TokenKind::NotEqual, start);
      return fail("unexpected character after '!': " + quoted_character(input_.substr(at_)), start);
    case '<':
      return make(accept("=") ? TokenKind::LessOrEqual : TokenKind::Less, start);
    case '>':
      return make(accept("=") ? TokenKind::GreaterOrEqual : TokenKind::Greater, start);
    case '(':
      ++open_parens_;
      return make(TokenKind::LeftParen, start);
    case ')':
      if (--open_parens_ < 0) return fail("unexpected right parenthesis ')'", at_);
      return make(TokenKind::RightParen, start);
    case '{':
      brace_open_ = true;
      return make(TokenKind::LeftBrace, start);
    case '[':
      if (bracket_open_) return fail("unexpected left bracket '['", start);
      bracket_empty_ = true;
      bracket_open_ = true;
      got_colon_ = false;
      return make(TokenKind::LeftBracket, start);
    case ']':
      if (!bracket_open_) return fail("unexpected right bracket ']'", start);
      bracket_open_ = false;
      return make(TokenKind::RightBracket, start);
    case ':':
      if (got_colon_)
        return fail("unexpected colon " + quoted_character(input_.substr(start)), start);
      got_colon_ = true;
      return make(TokenKind::Colon, start);
    default:
      return fail("unexpected character: " + quoted_character(input_.substr(start)), start);
  }
}

Token Lexer::word(std::size_t start) {
  while (at_ < input_.size() && (is_alphanumeric(input_[at_]) || input_[at_] == ':')) ++at_;
  const std::string_view text = input_.substr(start, at_ - start);
  const std::string folded = lower(text);
  for (const auto& [keyword, kind] : kKeywords)
    if (folded == keyword) return make(kind, start);
  if (folded == "inf" || folded == "nan") return make(TokenKind::Number, start);
  const bool colon = text.find(':') != std::string_view::npos;
  return make(colon ? TokenKind::MetricIdentifier : TokenKind::Identifier, start);
}

bool Lexer::scan_number_body(bool hexadecimal) {
  const std::string_view digits = hexadecimal ? kHexDigits : kDecimalDigits;
  accept(".");  // One more may follow, as in Prometheus: what that means is told by the parser.
  bool dot = false;
  bool exponent = false;
  while (at_ < input_.size()) {
    if (accept(digits)) continue;
    if (peek() == '.') {
      ++at_;
      if (dot || hexadecimal || accept("_.")) return false;
      dot = true;
    } else if (accept("eE")) {
      if (exponent) return false;
      accept("+-");
      if (accept("._eE") || at_ >= input_.size()) return false;
      exponent = true;
    } else if (accept("_")) {
      if (accept("._eE") || at_ >= input_.size()) return false;
    } else {
      break;
    }
  }
  return true;
}

bool Lexer::scan_number() {
  bool hexadecimal = false;
  if (accept("0") && accept("xX")) {
    accept("_");
    hexadecimal = true;
  }
  return scan_number_body(hexadecimal) && !is_alphanumeric(peek());
}

bool Lexer::scan_duration_rest() {
  if (!accept("smhdwy")) return false;
  accept("s");
  while (accept(kDecimalDigits)) {
    while (accept(kDecimalDigits)) {
    }
    if (!accept("smhdw")) return false;
    accept("s");
  }
  if (!is_alphanumeric(peek())) return true;
  ++at_;  // The message shows what was too much.
  return false;
}

Token Lexer::number_or_duration(std::size_t start) {
  if (scan_number()) return make(TokenKind::Number, start);
  if (scan_duration_rest()) return make(TokenKind::Duration, start);
  return fail("bad number or duration syntax: " + quote(input_.substr(start, at_ - start)), start);
}

Token Lexer::quoted(char delimiter, std::size_t start) {
  for (++at_; at_ < input_.size(); ++at_) {
    const char c = input_[at_];
    if (c == delimiter) {
      ++at_;
      return make(TokenKind::String, start);
    }
    if (delimiter == '`') continue;
    if (c == '\n') break;
    if (c == '\\') {
      ++at_;
      if (at_ >= input_.size()) return fail("escape sequence not terminated", start);
      const char escaped = input_[at_];
      if (escaped != delimiter &&
          std::string_view("abfnrtv\\01234567xuU").find(escaped) == std::string_view::npos)
        return fail(
            fmt::format("unknown escape sequence U+{:04X} {}", static_cast<unsigned char>(escaped),
                        quoted_character(input_.substr(at_))),
            start);
    }
  }
  return fail(delimiter == '`' ? "unterminated raw string" : "unterminated quoted string", start);
}

}  // namespace lapwing::promql
