// Types of a parsed tree: what may be an operand or argument of what.
#include <fmt/core.h>

#include <algorithm>

#include "agent/promql/functions/table.h"
#include "agent/promql/parser.h"

namespace lapwing::promql {
namespace {

std::string_view documented(ValueType type) {
  switch (type) {
    case ValueType::Vector:
      return "instant vector";
    case ValueType::Matrix:
      return "range vector";
    default:
      return name(type);
  }
}

[[noreturn]] void fail(Position position, std::string message) {
  throw ParseFailure{position, std::move(message)};
}

ValueType check(const Node& node);

void expect_type(const Node& node, ValueType wanted, std::string_view context) {
  const ValueType given = check(node);
  if (given != wanted)
    fail(node.position, fmt::format("expected type {} in {}, got {}", documented(wanted), context,
                                    documented(given)));
}

void check_counts(const Node& node, const Call& call) {
  const Function& function = *call.function;
  const std::size_t given = call.arguments.size();
  const std::size_t named = function.arguments.size();
  const auto complain = [&](std::string_view bound, std::size_t wanted) {
    fail(node.position, fmt::format("expected {}{} argument(s) in call to {}, got {}", bound,
                                    wanted, quote(function.name), given));
  };
  if (function.variadic == 0) {
    if (given != named) complain("", named);
    return;
  }
  if (given < named - 1) complain("at least ", named - 1);
  const std::size_t most = named - 1 + std::size_t(std::max(0, function.variadic));
  if (function.variadic > 0 && given > most) complain("at most ", most);
}

/// info()'s second argument says which labels to take: it needs no matcher that finds something.
void check_label_selector(const Node& node) {
  const auto* selector = std::get_if<VectorSelector>(&node.form);
  if (selector == nullptr || !selector->name.empty())
    fail(node.position, fmt::format("expected label selectors only, got {} instead",
                                    selector != nullptr ? "vector selector" : "an expression"));
}

void check_call(const Node& node, const Call& call) {
  const Function& function = *call.function;
  check_counts(node, call);
  const std::string context = "call to function " + quote(function.name);
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    if (i == 1 && function.name == "info") {
      check_label_selector(*call.arguments[i]);
      continue;
    }
    const std::size_t slot = std::min(i, function.arguments.size() - 1);
    expect_type(*call.arguments[i], function.arguments[slot], context);
  }
}

void check_selector(const VectorSelector& selector, Position position) {
  require_useful_matcher(selector, position);
  if (selector.name.empty()) return;
  // The last matcher is the name that stands before the braces.
  for (std::size_t i = 0; i + 1 < selector.matchers.size(); ++i)
    if (selector.matchers[i].label() == kMetricName)
      fail(position, fmt::format("metric name must not be set twice: {} or {}",
                                 quote(selector.name), quote(selector.matchers[i].value())));
}

void check_binary(const Node& node, const Binary& binary) {
  const ValueType left = check(*binary.left);
  const ValueType right = check(*binary.right);
  if (binary.return_bool && !is_comparison(binary.op))
    fail(binary.operator_position, "bool modifier can only be used on comparison operators");
  const bool scalars = left == ValueType::Scalar && right == ValueType::Scalar;
  if (is_comparison(binary.op) && !binary.return_bool && scalars)
    fail(binary.operator_position, "comparisons between scalars must use BOOL modifier");
  if (is_set_operator(binary.op) && binary.grouped)
    fail(node.position,
         fmt::format("no grouping allowed for {} operation", quote(name(binary.op))));
  const auto is_operand = [](ValueType t) {
    return t == ValueType::Scalar || t == ValueType::Vector;
  };
  if (!is_operand(left))
    fail(binary.left->position,
         "binary expression must contain only scalar and instant vector types");
  if (!is_operand(right))
    fail(binary.right->position,
         "binary expression must contain only scalar and instant vector types");
  const bool vectors = left == ValueType::Vector && right == ValueType::Vector;
  if (!vectors && !binary.matching.labels.empty())
    fail(node.position, "vector matching only allowed between instant vectors");
  if (!vectors && is_set_operator(binary.op))
    fail(node.position, fmt::format("set operator {} not allowed in binary scalar expression",
                                    quote(name(binary.op))));
  if (!binary.matching.on) return;
  for (const std::string& label : binary.matching.labels)
    if (std::count(binary.matching.include.begin(), binary.matching.include.end(), label) != 0)
      fail(binary.operator_position,
           fmt::format("label {} must not occur in ON and GROUP clause at once", quote(label)));
}

void check_aggregation(const Aggregation& aggregation) {
  expect_type(*aggregation.operand, ValueType::Vector, "aggregation expression");
  if (aggregation.parameter == nullptr) return;
  const bool text = aggregation.kind == AggregationKind::CountValues;
  expect_type(*aggregation.parameter, text ? ValueType::String : ValueType::Scalar,
              "aggregation parameter");
}

ValueType check(const Node& node) {
  if (const auto* selector = std::get_if<VectorSelector>(&node.form)) {
    check_selector(*selector, node.position);
  } else if (const auto* matrix = std::get_if<MatrixSelector>(&node.form)) {
    check(*matrix->selector);
  } else if (const auto* call = std::get_if<Call>(&node.form)) {
    check_call(node, *call);
  } else if (const auto* binary = std::get_if<Binary>(&node.form)) {
    check_binary(node, *binary);
  } else if (const auto* aggregation = std::get_if<Aggregation>(&node.form)) {
    check_aggregation(*aggregation);
  } else if (const auto* paren = std::get_if<Paren>(&node.form)) {
    return check(*paren->inner);
  } else if (const auto* unary = std::get_if<Unary>(&node.form)) {
    const ValueType given = check(*unary->operand);
    if (given != ValueType::Scalar && given != ValueType::Vector)
      fail(node.position, fmt::format("unary expression only allowed on expressions of type scalar "
                                      "or instant vector, got {}",
                                      quote(documented(given))));
  } else if (const auto* subquery = std::get_if<Subquery>(&node.form)) {
    const ValueType given = check(*subquery->inner);
    if (given != ValueType::Vector)
      fail(node.position,
           fmt::format("subquery is only allowed on instant vector, got {} instead", name(given)));
  }
  return type(node);
}

}  // namespace

void check_types(const Node& root) { check(root); }

}  // namespace lapwing::promql
