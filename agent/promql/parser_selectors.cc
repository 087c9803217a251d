// The parser's part for selectors, ranges, offset, @ and literals.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "agent/base/number.h"
#include "agent/promql/parser.h"

namespace lapwing::promql {
namespace {

std::string lower_without_underscores(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '_') out += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  return out;
}

template <typename T>
bool parse_integer(std::string_view digits, int base, T& value) {
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return error == std::errc() && end == digits.data() + digits.size();
}

/// Prometheus's words for a text that parse_duration does not take.
std::string duration_fault(std::string_view text) {
  constexpr std::array<std::string_view, 7> kUnits = {"y", "w", "d", "h", "m", "s", "ms"};
  constexpr std::string_view kDigits = "0123456789";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t unit = std::min(text.find_first_not_of(kDigits, at), text.size());
    const std::size_t next = std::min(text.find_first_of(kDigits, unit), text.size());
    const std::string_view name = text.substr(unit, next - unit);
    std::uint64_t count = 0;
    if (name.empty() || !parse_integer(text.substr(at, unit - at), 10, count)) break;
    if (std::find(kUnits.begin(), kUnits.end(), name) == kUnits.end())
      return fmt::format("unknown unit {} in duration {}", quote(name), quote(text));
    at = next;
  }
  return "not a valid duration string: " + quote(text);
}

MatchKind match_kind(TokenKind kind) {
  switch (kind) {
    case TokenKind::NotEqual:
      return MatchKind::NotEqual;
    case TokenKind::MatchRegex:
      return MatchKind::Regex;
    case TokenKind::MatchNotRegex:
      return MatchKind::NotRegex;
    default:
      return MatchKind::Equal;
  }
}

bool is_match_operator(TokenKind kind) {
  return kind == TokenKind::Assign || kind == TokenKind::NotEqual ||
         kind == TokenKind::MatchRegex || kind == TokenKind::MatchNotRegex;
}

}  // namespace

VectorSelector Parser::selector() {
  if (is(TokenKind::End)) fail({1, 1}, "no expression found in input");
  NodePointer node = vector_selector();
  if (!is(TokenKind::End)) unexpected();
  require_useful_matcher(std::get<VectorSelector>(node->form), node->position);
  return std::get<VectorSelector>(std::move(node->form));
}

NodePointer Parser::vector_selector() {
  const Position position = here();
  VectorSelector node;
  const bool keyword_name = is_aggregation(token().kind) || is_metric_keyword(token().kind);
  if (is(TokenKind::Identifier) || is(TokenKind::MetricIdentifier) || keyword_name) {
    node.name = std::string(token().text);
    advance();
  } else if (!is(TokenKind::LeftBrace)) {
    unexpected();
  }
  if (is(TokenKind::LeftBrace)) label_matchers(node);
  if (!node.name.empty())
    node.matchers.push_back(Matcher::equal(std::string(kMetricName), node.name));
  return make(position, std::move(node), 0);
}

void require_useful_matcher(const VectorSelector& node, Position position) {
  const bool useful = std::any_of(node.matchers.begin(), node.matchers.end(),
                                  [](const Matcher& matcher) { return !matcher.matches(""); });
  if (!useful)
    throw ParseFailure{position, "vector selector must contain at least one non-empty matcher"};
}

void Parser::label_matchers(VectorSelector& node) {
  expect(TokenKind::LeftBrace, {}, {});
  while (!accept(TokenKind::RightBrace)) {
    node.matchers.push_back(label_matcher());
    if (is(TokenKind::RightBrace)) continue;
    expect(TokenKind::Comma, "label matching", "\",\" or \"}\"");
  }
}

Matcher Parser::label_matcher() {
  const Position position = here();
  std::string label;
  if (is(TokenKind::Identifier)) {
    label = std::string(token().text);
  } else if (is(TokenKind::String)) {
    auto text = unquote(token().text);
    if (!text) fail(position, text.error().message);
    label = *std::move(text);
  } else {
    unexpected("label matching", "identifier or \"}\"");
  }
  const bool may_be_name = is(TokenKind::String);
  advance();
  if (may_be_name && (is(TokenKind::Comma) || is(TokenKind::RightBrace)))
    return Matcher::equal(std::string(kMetricName), std::move(label));
  if (!is_match_operator(token().kind))
    unexpected("label matching", may_be_name ? "\",\" or \"}\"" : "label matching operator");
  const MatchKind kind = match_kind(token().kind);
  advance();
  if (!is(TokenKind::String)) unexpected("label matching", "string");
  auto value = unquote(token().text);
  if (!value) fail(here(), value.error().message);
  advance();
  auto matcher = Matcher::create(kind, std::move(label), *std::move(value));
  if (!matcher) fail(position, "error parsing regexp: " + matcher.error().message);
  return *std::move(matcher);
}

NodePointer Parser::range(NodePointer inner) {
  const Position bracket = here();
  advance();
  CalculatedDuration length = positive_duration("subquery selector", "number or duration");
  const Position position = inner->position;
  const std::uint32_t depth = inner->depth;
  if (accept(TokenKind::Colon)) {
    Subquery node;
    node.range = length.duration;
    node.range_text = std::move(length.text);
    if (!is(TokenKind::RightBracket)) {
      CalculatedDuration step =
          positive_duration("subquery selector", "number or duration or \"]\"");
      node.step = step.duration;
      node.step_text = std::move(step.text);
    }
    expect(TokenKind::RightBracket, "subquery selector", "\"]\"");
    node.inner = std::move(inner);
    return make(position, std::move(node), depth);
  }
  expect(TokenKind::RightBracket, "subquery or range", "\":\" or \"]\"");
  const auto* selector = std::get_if<VectorSelector>(&inner->form);
  if (selector == nullptr) fail(bracket, "ranges only allowed for vector selectors");
  if (selector->offset != Duration(0)) fail(bracket, "no offset modifiers allowed before range");
  if (selector->at.kind != AtModifier::Kind::None)
    fail(bracket, "no @ modifiers allowed before range");
  return make(position, MatrixSelector{std::move(inner), length.duration, std::move(length.text)},
              depth);
}

NodePointer Parser::offset(NodePointer inner) {
  advance();
  CalculatedDuration amount = offset_duration();
  Duration* target = nullptr;
  std::string* text = nullptr;
  const auto aim = [&](auto& node) {
    target = &node.offset;
    text = &node.offset_text;
  };
  if (auto* vector = std::get_if<VectorSelector>(&inner->form)) aim(*vector);
  if (auto* matrix = std::get_if<MatrixSelector>(&inner->form))
    aim(std::get<VectorSelector>(matrix->selector->form));
  if (auto* subquery = std::get_if<Subquery>(&inner->form)) aim(*subquery);
  if (target == nullptr)
    fail(inner->position,
         "offset modifier must be preceded by an instant vector selector or range vector selector "
         "or a subquery");
  if (*target != Duration(0)) fail(inner->position, "offset may not be set multiple times");
  *target = amount.duration;
  *text = std::move(amount.text);
  return inner;
}

NodePointer Parser::at(NodePointer inner) {
  advance();
  AtModifier modifier;
  if (is(TokenKind::Start) || is(TokenKind::EndOfRange)) {
    modifier.kind = is(TokenKind::Start) ? AtModifier::Kind::Start : AtModifier::Kind::End;
    advance();
    expect(TokenKind::LeftParen, "@", "timestamp");
    expect(TokenKind::RightParen, "@", "timestamp");
    set_at(*inner, modifier, inner->position);
    return inner;
  }
  const bool negative = is(TokenKind::Subtract);
  if (negative || is(TokenKind::Add)) advance();
  if (!is(TokenKind::Number) && !is(TokenKind::Duration)) unexpected("@", "timestamp");
  const double seconds = (negative ? -1 : 1) *
                         (is(TokenKind::Number) ? number(token()) : to_seconds(duration(token())));
  constexpr double kLimitSeconds = 9.2e15;  // of 64-bit milliseconds
  if (!(std::fabs(seconds) < kLimitSeconds))
    fail(inner->position,
         "timestamp out of bounds for @ modifier: " +
             (std::isfinite(seconds) ? fmt::format("{:f}", seconds) : format_value(seconds)));
  advance();
  modifier.kind = AtModifier::Kind::Time;
  modifier.time = from_millis(std::llround(seconds * 1000));
  set_at(*inner, modifier, inner->position);
  return inner;
}

void Parser::set_at(Node& node, AtModifier modifier, Position where) {
  AtModifier* target = nullptr;
  if (auto* vector = std::get_if<VectorSelector>(&node.form)) target = &vector->at;
  if (auto* matrix = std::get_if<MatrixSelector>(&node.form))
    target = &std::get<VectorSelector>(matrix->selector->form).at;
  if (auto* subquery = std::get_if<Subquery>(&node.form)) target = &subquery->at;
  if (target == nullptr)
    fail(where,
         "@ modifier must be preceded by an instant vector selector or range vector selector or a "
         "subquery");
  if (target->kind != AtModifier::Kind::None)
    fail(where, "@ <timestamp> may not be set multiple times");
  *target = modifier;
}

Duration Parser::duration(const Token& token) {
  auto parsed = parse_duration(token.text);
  const bool too_long = parsed ? *parsed > kLongestDuration
                               : parsed.error().message.starts_with("duration out of range");
  if (too_long) fail(position_at(token.offset), "duration out of range");
  if (!parsed) fail(position_at(token.offset), duration_fault(token.text));
  return *parsed;
}

double Parser::number(const Token& token) {
  const std::string text = lower_without_underscores(token.text);
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  // Go reads integers first, with base prefixes; "017" is fifteen.
  std::uint64_t integer = 0;
  const std::string_view digits = text;
  if (text.starts_with("0x") && parse_integer(digits.substr(2), 16, integer))
    return double(integer);
  if (text.size() > 1 && text[0] == '0' && parse_integer(digits.substr(1), 8, integer))
    return double(integer);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size();
  if (error == std::errc::result_out_of_range && whole) {
    value = std::strtod(text.c_str(), nullptr);
    if (std::isinf(value))
      fail(position_at(token.offset),
           fmt::format("error parsing number: strconv.ParseFloat: parsing {}: value out of range",
                       quote(text)));
  } else if (error != std::errc() || !whole) {
    fail(position_at(token.offset),
         fmt::format("error parsing number: strconv.ParseFloat: parsing {}: invalid syntax",
                     quote(text)));
  }
  return value;
}

}  // namespace lapwing::promql
