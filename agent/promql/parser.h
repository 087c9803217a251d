// Parser: tokens into a checked syntax tree, by recursive descent with operator precedence.
// Messages follow Prometheus 3.x's words, so that tools and people recognise them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/promql/ast.h"
#include "agent/promql/lexer.h"

namespace lapwing::promql {

/// What 64-bit nanoseconds hold, the bound that Prometheus has: 292 years.
inline constexpr Duration kLongestDuration{9'223'372'036'854};

/// What makes a text no expression; thrown inside the parser's sources only.
struct ParseFailure {
  Position position;
  std::string message;
};

/// For one text. Views into it, which must outlive the Parser; the tree owns what it keeps.
class Parser {
 public:
  explicit Parser(std::string_view text);

  /// The whole text as one expression, type-checked. Throws ParseFailure.
  NodePointer expression();
  /// The whole text as one vector selector without offset or @. Throws ParseFailure.
  VectorSelector selector();

 private:
  // parser.cc: operators and what stands between them
  NodePointer binary(int minimum_precedence);
  NodePointer unary();
  NodePointer postfix(NodePointer inner);
  NodePointer primary();
  NodePointer call();
  NodePointer aggregation();
  NodePointer number_literal();
  bool starts_expression();
  std::vector<NodePointer> arguments();
  void binary_modifiers(Binary& node);
  void aggregation_modifier(Aggregation& node);
  std::vector<std::string> grouping_labels();
  std::string grouping_label();

  // parser_selectors.cc: selectors, ranges, offset, @, durations and numbers
  NodePointer vector_selector();
  void label_matchers(VectorSelector& node);
  Matcher label_matcher();
  NodePointer range(NodePointer inner);
  NodePointer offset(NodePointer inner);
  NodePointer at(NodePointer inner);
  void set_at(Node& node, AtModifier modifier, Position where);
  double number(const Token& token);
  Duration duration(const Token& token);

  // duration_expression.cc: durations, and arithmetic on them
  struct CalculatedDuration {
    Duration duration{};
    std::string text;  ///< the calculation in normal form; "" for a plain duration
  };
  struct DurationTerm;
  CalculatedDuration offset_duration();
  CalculatedDuration positive_duration(std::string_view context, std::string_view expected);
  DurationTerm duration_expression(int minimum_precedence, std::string_view context,
                                   std::string_view expected);
  DurationTerm duration_primary(std::string_view context, std::string_view expected,
                                bool signs_only);
  CalculatedDuration finish_duration(const DurationTerm& term);

  NodePointer make(Position position, Node::Form form, std::uint32_t depth_below);
  /// The one at hand. Read when it is first looked at: a fault of what stands before it is told
  /// first. Throws ParseFailure for a fault of its own.
  const Token& token();
  void advance() {
    token();
    token_known_ = false;
  }
  bool is(TokenKind kind) { return token().kind == kind; }
  bool accept(TokenKind kind);
  void expect(TokenKind kind, std::string_view context, std::string_view expected);
  Position here() { return position_at(token().offset); }
  Position position_at(std::size_t offset) const;
  [[noreturn]] void unexpected(std::string_view context = {}, std::string_view expected = {});
  [[noreturn]] static void fail(Position position, std::string message);

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  bool token_known_ = false;
  Token following_;
  bool following_known_ = false;
  int nesting_ = 0;
  std::uint32_t made_ = 0;     // nodes
  int open_aggregations_ = 0;  // whose arguments are being read

  const Token& following();
};

/// Throws ParseFailure for a selector that could match a series without any label.
void require_useful_matcher(const VectorSelector& node, Position position);

/// Throws ParseFailure where the tree has types that do not fit (type_check.cc).
void check_types(const Node& root);

}  // namespace lapwing::promql
