// Durations in brackets and after `offset`: plain ones, numbers of seconds, and arithmetic on both
// (Prometheus's promql-duration-expr, always on here). They are calculated while parsing.
#include <fmt/core.h>

#include <cmath>

#include "agent/base/number.h"
#include "agent/promql/parser.h"

namespace lapwing::promql {

/// A part of a calculation. A sign before a literal belongs to the literal.
struct Parser::DurationTerm {
  double seconds = 0;
  std::string text;
  Position position;
  bool literal = false;
  bool duration_literal = false;
  bool wrapped = false;  ///< in parentheses that its normal form keeps
};

namespace {

constexpr std::string_view kOperand = "number or duration";
constexpr int kDurationUnaryPrecedence = 2;  // as `*`

int duration_precedence(TokenKind kind) {
  switch (kind) {
    case TokenKind::Add:
    case TokenKind::Subtract:
      return 1;
    case TokenKind::Multiply:
    case TokenKind::Divide:
    case TokenKind::Modulo:
      return kDurationUnaryPrecedence;
    case TokenKind::Power:
      return 3;
    default:
      return 0;
  }
}

double calculate(TokenKind kind, double left, double right) {
  switch (kind) {
    case TokenKind::Add:
      return left + right;
    case TokenKind::Subtract:
      return left - right;
    case TokenKind::Multiply:
      return left * right;
    case TokenKind::Divide:
      return left / right;
    case TokenKind::Modulo:
      return std::fmod(left, right);
    default:
      return std::pow(left, right);
  }
}

std::string literal_text(double seconds, bool as_duration) {
  std::string out;
  if (as_duration) {
    if (seconds < 0) out += '-';
    out += format_duration(Duration(std::llround(std::fabs(seconds) * 1000)));
  } else {
    append_plain(out, seconds);
  }
  return out;
}

}  // namespace

Parser::DurationTerm Parser::duration_primary(std::string_view context, std::string_view expected,
                                              bool signs_only) {
  if (++nesting_ > 300) fail(here(), "expression is nested too deeply");
  DurationTerm term;
  const Position position = here();
  if (is(TokenKind::Subtract) || is(TokenKind::Add)) {
    const bool negative = is(TokenKind::Subtract);
    advance();
    term = signs_only ? duration_primary(context, expected, true)
                      : duration_expression(kDurationUnaryPrecedence + 1, context, expected);
    if (negative) {
      term.seconds = -term.seconds;
      term.text = term.literal ? literal_text(term.seconds, term.duration_literal)
                               : '-' + std::move(term.text);
      term.wrapped = term.wrapped && term.literal;
    }
  } else if (accept(TokenKind::LeftParen)) {
    term = duration_expression(1, context, expected);
    expect(TokenKind::RightParen, context, expected);
    if (!term.literal && !term.wrapped) term.text = '(' + std::move(term.text) + ')';
    term.wrapped = true;
  } else if (is(TokenKind::Duration) || is(TokenKind::Number)) {
    term.duration_literal = is(TokenKind::Duration);
    term.seconds = term.duration_literal ? to_seconds(duration(token())) : number(token());
    if (!(std::fabs(term.seconds) < to_seconds(kLongestDuration)))
      fail(position, "duration out of range");
    term.literal = true;
    term.text = literal_text(term.seconds, term.duration_literal);
    advance();
  } else {
    unexpected(context, expected);
  }
  term.position = position;
  --nesting_;
  return term;
}

Parser::DurationTerm Parser::duration_expression(int minimum_precedence, std::string_view context,
                                                 std::string_view expected) {
  DurationTerm left = duration_primary(context, expected, false);
  for (int level = duration_precedence(token().kind); level >= minimum_precedence && level > 0;
       level = duration_precedence(token().kind)) {
    const Token operation = token();
    const bool right_associative = operation.kind == TokenKind::Power;
    advance();
    DurationTerm right =
        duration_expression(right_associative ? level : level + 1, context, expected);
    const bool divides = operation.kind == TokenKind::Divide || operation.kind == TokenKind::Modulo;
    if (divides && right.seconds == 0)
      fail(position_at(operation.offset),
           operation.kind == TokenKind::Divide ? "division by zero" : "modulo by zero");
    left.seconds = calculate(operation.kind, left.seconds, right.seconds);
    left.text = fmt::format("{} {} {}", left.text, operation.text, right.text);
    left.literal = left.duration_literal = left.wrapped = false;
  }
  return left;
}

Parser::CalculatedDuration Parser::finish_duration(const DurationTerm& term) {
  if (!(std::fabs(term.seconds) < to_seconds(kLongestDuration)))
    fail(term.position, "duration out of range");
  if (term.literal) return {Duration(std::llround(term.seconds * 1000)), {}};
  return {Duration(static_cast<std::int64_t>(term.seconds * 1000)), term.text};
}

Parser::CalculatedDuration Parser::offset_duration() {
  // A plain duration ends the offset: `m offset 1m + n` adds two vectors. Behind a parenthesis,
  // arithmetic goes on (Prometheus's grammar).
  const auto is_literal = [](TokenKind kind) {
    return kind == TokenKind::Duration || kind == TokenKind::Number;
  };
  const bool has_sign = is(TokenKind::Subtract) || is(TokenKind::Add);
  const bool plain = is_literal(has_sign ? following().kind : token().kind);
  return finish_duration(plain ? duration_primary("offset", kOperand, true)
                               : duration_expression(1, "offset", kOperand));
}

Parser::CalculatedDuration Parser::positive_duration(std::string_view context,
                                                     std::string_view expected) {
  const DurationTerm term = duration_expression(1, context, expected);
  CalculatedDuration calculated = finish_duration(term);
  if (calculated.duration <= Duration(0)) fail(term.position, "duration must be greater than 0");
  return calculated;
}

}  // namespace lapwing::promql
