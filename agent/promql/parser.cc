#include "agent/promql/parser.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/promql/functions/table.h"

namespace lapwing::promql {
namespace {

// Deeper trees are refused: every pass over the tree recurses.
constexpr std::uint32_t kDepthLimit = 1000;
constexpr int kNestingLimit = 300;

constexpr int kUnaryPrecedence = 5;  // as `*`

int precedence(TokenKind kind) {
  switch (kind) {
    case TokenKind::Or:
      return 1;
    case TokenKind::And:
    case TokenKind::Unless:
      return 2;
    case TokenKind::Equal:
    case TokenKind::NotEqual:
    case TokenKind::Less:
    case TokenKind::LessOrEqual:
    case TokenKind::Greater:
    case TokenKind::GreaterOrEqual:
      return 3;
    case TokenKind::Add:
    case TokenKind::Subtract:
      return 4;
    case TokenKind::Multiply:
    case TokenKind::Divide:
    case TokenKind::Modulo:
    case TokenKind::Atan2:
      return kUnaryPrecedence;
    case TokenKind::Power:
      return 6;
    default:
      return 0;
  }
}

Operator operator_of(TokenKind kind) { return Operator(int(kind) - int(TokenKind::Add)); }
static_assert(int(TokenKind::Unless) - int(TokenKind::Add) == int(Operator::Unless) &&
              int(TokenKind::Equal) - int(TokenKind::Add) == int(Operator::Equal));

AggregationKind aggregation_of(TokenKind kind) {
  return AggregationKind(int(kind) - int(TokenKind::Sum));
}
static_assert(int(TokenKind::LimitRatio) - int(TokenKind::Sum) ==
                  int(AggregationKind::LimitRatio) &&
              int(TokenKind::CountValues) - int(TokenKind::Sum) ==
                  int(AggregationKind::CountValues));

bool has_parameter(AggregationKind kind) { return kind >= AggregationKind::Topk; }

}  // namespace

Parser::Parser(std::string_view text) : text_(text), lexer_(text) {}

Position Parser::position_at(std::size_t offset) const {
  Position position;
  offset = std::min(offset, text_.size());
  for (std::size_t i = 0; i < offset; ++i) {
    if (text_[i] == '\n') {
      ++position.line;
      position.column = 1;
    } else {
      ++position.column;
    }
  }
  return position;
}

void Parser::fail(Position position, std::string message) {
  throw ParseFailure{position, std::move(message)};
}

void Parser::unexpected(std::string_view context, std::string_view expected) {
  std::string message = "unexpected " + describe(token());
  if (context.empty() && open_aggregations_ > 0) context = "aggregation";
  if (!context.empty()) message += fmt::format(" in {}", context);
  if (!expected.empty()) message += fmt::format(", expected {}", expected);
  fail(here(), std::move(message));
}

const Token& Parser::token() {
  if (token_known_) return token_;
  token_ = following_known_ ? following_ : lexer_.next();
  token_known_ = true;
  following_known_ = false;
  if (token_.kind == TokenKind::Error) fail(position_at(token_.offset), std::string(token_.text));
  return token_;
}

const Token& Parser::following() {
  token();
  if (!following_known_) following_ = lexer_.next();
  following_known_ = true;
  return following_;
}

bool Parser::accept(TokenKind kind) {
  if (!is(kind)) return false;
  advance();
  return true;
}

void Parser::expect(TokenKind kind, std::string_view context, std::string_view expected) {
  if (!accept(kind)) unexpected(context, expected);
}

NodePointer Parser::make(Position position, Node::Form form, std::uint32_t depth_below) {
  if (depth_below >= kDepthLimit) fail(position, "expression is nested too deeply");
  auto node = std::make_unique<Node>();
  node->position = position;
  node->form = std::move(form);
  node->depth = depth_below + 1;
  node->order = ++made_;
  return node;
}

NodePointer Parser::expression() {
  if (is(TokenKind::End)) fail({1, 1}, "no expression found in input");
  NodePointer root = binary(1);
  if (!is(TokenKind::End)) unexpected();
  check_types(*root);
  return root;
}

NodePointer Parser::binary(int minimum_precedence) {
  if (++nesting_ > kNestingLimit) fail(here(), "expression is nested too deeply");
  NodePointer left = unary();
  for (int level = precedence(token().kind); level >= minimum_precedence && level > 0;
       level = precedence(token().kind)) {
    Binary node;
    node.op = operator_of(token().kind);
    const Position operator_position = here();
    advance();
    binary_modifiers(node);
    const bool right_associative = node.op == Operator::Power;
    node.right = binary(right_associative ? level : level + 1);
    const std::uint32_t depth = std::max(left->depth, node.right->depth);
    const Position position = left->position;
    node.left = std::move(left);
    node.operator_position = operator_position;
    left = make(position, std::move(node), depth);
  }
  --nesting_;
  return left;
}

void Parser::binary_modifiers(Binary& node) {
  VectorMatching& matching = node.matching;
  if (is_set_operator(node.op)) matching.cardinality = VectorMatching::Cardinality::ManyToMany;
  node.return_bool = accept(TokenKind::Bool);
  if (!is(TokenKind::On) && !is(TokenKind::Ignoring)) return;
  matching.on = is(TokenKind::On);
  advance();
  matching.labels = grouping_labels();
  if (!is(TokenKind::GroupLeft) && !is(TokenKind::GroupRight)) return;
  node.grouped = true;
  matching.cardinality = is(TokenKind::GroupLeft) ? VectorMatching::Cardinality::ManyToOne
                                                  : VectorMatching::Cardinality::OneToMany;
  advance();
  if (is(TokenKind::LeftParen))
    matching.include = grouping_labels();
  else if (!starts_expression())
    unexpected("grouping opts", "\"(\"");
}

NodePointer Parser::unary() {
  if (!is(TokenKind::Add) && !is(TokenKind::Subtract)) return postfix(primary());
  const Position position = here();
  const bool negative = is(TokenKind::Subtract);
  advance();
  NodePointer operand = binary(kUnaryPrecedence + 1);
  if (auto* literal = std::get_if<NumberLiteral>(&operand->form)) {
    if (negative) literal->value = -literal->value;
    operand->position = position;
    return operand;
  }
  const std::uint32_t depth = operand->depth;
  return make(position, Unary{negative, std::move(operand)}, depth);
}

NodePointer Parser::postfix(NodePointer inner) {
  while (true) {
    if (is(TokenKind::LeftBracket))
      inner = range(std::move(inner));
    else if (is(TokenKind::Offset))
      inner = offset(std::move(inner));
    else if (is(TokenKind::At))
      inner = at(std::move(inner));
    else
      return inner;
  }
}

NodePointer Parser::primary() {
  const Position position = here();
  switch (token().kind) {
    case TokenKind::Number:
    case TokenKind::Duration:
      return number_literal();
    case TokenKind::String: {
      auto text = unquote(token().text);
      if (!text) fail(position, text.error().message);
      advance();
      return make(position, StringLiteral{*std::move(text)}, 0);
    }
    case TokenKind::LeftParen: {
      advance();
      NodePointer inner = binary(1);
      expect(TokenKind::RightParen, {}, {});
      const std::uint32_t depth = inner->depth;
      return make(position, Paren{std::move(inner)}, depth);
    }
    case TokenKind::Identifier:
      return following().kind == TokenKind::LeftParen ? call() : vector_selector();
    default:
      break;
  }
  if (is_aggregation(token().kind)) {
    const TokenKind after = following().kind;
    if (after == TokenKind::LeftParen || after == TokenKind::By || after == TokenKind::Without)
      return aggregation();
  }
  return vector_selector();
}

NodePointer Parser::number_literal() {
  const Position position = here();
  NumberLiteral literal;
  if (is(TokenKind::Duration)) {
    literal = {to_seconds(duration(token())), true};
  } else {
    literal = {number(token()), false};
  }
  advance();
  return make(position, literal, 0);
}

bool Parser::starts_expression() {
  switch (token().kind) {
    case TokenKind::Identifier:
    case TokenKind::MetricIdentifier:
    case TokenKind::Number:
    case TokenKind::Duration:
    case TokenKind::String:
    case TokenKind::LeftParen:
    case TokenKind::LeftBrace:
    case TokenKind::Add:
    case TokenKind::Subtract:
      return true;
    default:
      return is_aggregation(token().kind) || is_metric_keyword(token().kind);
  }
}

std::vector<NodePointer> Parser::arguments() {
  std::vector<NodePointer> arguments;
  expect(TokenKind::LeftParen, {}, {});
  if (accept(TokenKind::RightParen)) return arguments;
  while (true) {
    arguments.push_back(binary(1));
    if (accept(TokenKind::RightParen)) return arguments;
    const Position comma = here();
    expect(TokenKind::Comma, {}, {});
    if (!starts_expression()) fail(comma, "trailing commas not allowed in function call args");
  }
}

NodePointer Parser::call() {
  const Position position = here();
  const std::string function_name(token().text);
  advance();
  Call node;
  node.arguments = arguments();
  node.function = find_function(function_name);
  if (node.function == nullptr)
    fail(position, "unknown function with name " + quote(function_name));
  std::uint32_t depth = 0;
  for (const NodePointer& argument : node.arguments) depth = std::max(depth, argument->depth);
  return make(position, std::move(node), depth);
}

void Parser::aggregation_modifier(Aggregation& node) {
  node.without = is(TokenKind::Without);
  advance();
  node.grouping = grouping_labels();
}

NodePointer Parser::aggregation() {
  const Position position = here();
  Aggregation node;
  node.kind = aggregation_of(token().kind);
  advance();
  const auto at_modifier = [&] { return is(TokenKind::By) || is(TokenKind::Without); };
  const bool modified = at_modifier();
  if (modified) aggregation_modifier(node);
  if (!is(TokenKind::LeftParen)) unexpected("aggregation");
  ++open_aggregations_;
  std::vector<NodePointer> given = arguments();
  --open_aggregations_;
  if (!modified && at_modifier()) aggregation_modifier(node);
  const std::size_t wanted = has_parameter(node.kind) ? 2 : 1;
  if (given.empty()) fail(position, "no arguments for aggregate expression provided");
  if (given.size() != wanted)
    fail(position, fmt::format("wrong number of arguments for aggregate expression provided, "
                               "expected {}, got {}",
                               wanted, given.size()));
  node.operand = std::move(given.back());
  std::uint32_t depth = node.operand->depth;
  if (wanted == 2) {
    node.parameter = std::move(given.front());
    depth = std::max(depth, node.parameter->depth);
  }
  return make(position, std::move(node), depth);
}

std::vector<std::string> Parser::grouping_labels() {
  std::vector<std::string> labels;
  expect(TokenKind::LeftParen, "grouping opts", "\"(\"");
  while (!accept(TokenKind::RightParen)) {
    labels.push_back(grouping_label());
    if (is(TokenKind::RightParen)) continue;
    expect(TokenKind::Comma, "grouping opts", "\",\" or \")\"");
  }
  return labels;
}

std::string Parser::grouping_label() {
  std::string label;
  if (is(TokenKind::String)) {
    auto text = unquote(token().text);
    if (!text) fail(here(), text.error().message);
    if (text->empty()) fail(here(), "invalid label name for grouping: \"\"");
    label = *std::move(text);
  } else if (is(TokenKind::MetricIdentifier) ||
             (is_legacy_label_name(token().text) && !is(TokenKind::Number) &&
              !is(TokenKind::Without))) {
    label = std::string(token().text);  // Keywords are label names too, all but one.
  } else {
    unexpected("grouping opts", "label");
  }
  advance();
  return label;
}

}  // namespace lapwing::promql
