// The syntax tree of a PromQL expression. Built and type-checked by the Parser, immutable after.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/matcher.h"
#include "agent/promql/value.h"

namespace lapwing::promql {

struct Function;  // functions/table.h
struct Node;
using NodePointer = std::unique_ptr<Node>;

/// Where a node begins in the text; line and column count from 1, columns in bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

enum class Operator {
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
};

constexpr bool is_comparison(Operator op) {
  return op >= Operator::Equal && op <= Operator::GreaterOrEqual;
}
constexpr bool is_set_operator(Operator op) { return op >= Operator::And; }
/// "+", "atan2", "unless", …
std::string_view name(Operator op);

enum class AggregationKind {
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
};

/// "sum", "count_values", …
std::string_view name(AggregationKind kind);

/// The `@` modifier of a selector or subquery.
struct AtModifier {
  enum class Kind { None, Time, Start, End };
  Kind kind = Kind::None;
  Timestamp time;  ///< for Kind::Time
};

struct NumberLiteral {
  double value = 0;
  bool written_as_duration = false;
};

struct StringLiteral {
  std::string text;
};

struct VectorSelector {
  std::string name;               ///< as written before the braces; "" when it stands inside them
  std::vector<Matcher> matchers;  ///< the metric name's included
  Duration offset{};
  std::string offset_text;  ///< as Subquery's range_text
  AtModifier at;
};

/// `selector[range]`; offset and @ are the selector's.
struct MatrixSelector {
  NodePointer selector;
  Duration range{};
  std::string range_text;  ///< as Subquery's
};

struct Subquery {
  NodePointer inner;
  Duration range{};
  Duration step{};  ///< zero: the engine's default
  Duration offset{};
  // What was calculated (`5m + 30s`) in normal form; "" for a plain duration.
  std::string range_text;
  std::string step_text;
  std::string offset_text;
  AtModifier at;
};

struct Call {
  const Function* function = nullptr;
  std::vector<NodePointer> arguments;
};

struct Unary {
  bool negative = false;
  NodePointer operand;
};

struct Paren {
  NodePointer inner;
};

struct VectorMatching {
  enum class Cardinality { OneToOne, ManyToOne, OneToMany, ManyToMany };
  Cardinality cardinality = Cardinality::OneToOne;
  bool on = false;
  std::vector<std::string> labels;   ///< of on() or ignoring()
  std::vector<std::string> include;  ///< of group_left() or group_right()
};

struct Binary {
  Operator op = Operator::Add;
  NodePointer left;
  NodePointer right;
  bool return_bool = false;
  bool grouped = false;     ///< group_left or group_right was written
  VectorMatching matching;  ///< of two vectors
  Position operator_position;
};

struct Aggregation {
  AggregationKind kind = AggregationKind::Sum;
  NodePointer operand;
  NodePointer parameter;  ///< null unless the kind has one
  std::vector<std::string> grouping;
  bool without = false;
};

struct Node {
  using Form = std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, Subquery,
                            Call, Unary, Paren, Binary, Aggregation>;
  Position position;
  Form form;
  std::uint32_t depth = 1;  ///< of the tree below, itself included
  std::uint32_t order = 0;  ///< rises from operands to what uses them, and from left to right
};

/// The node without the parentheses around it.
const Node& without_parentheses(const Node& node);

/// The type that the expression evaluates to; only for a checked tree.
ValueType type(const Node& node);

}  // namespace lapwing::promql
