#include "alerting/condition.h"

#include <string>

#include "agent/promql/ast.h"
#include "agent/promql/functions/table.h"
#include "agent/promql/printer.h"

namespace lapwing::alerting {
namespace {

using promql::Node;
using promql::Operator;

std::string text_of(const Node& node) {
  std::string text;
  promql::append_text(text, node);
  return text;
}

bool is_scalar(const Node& node) { return type(node) == promql::ValueType::Scalar; }

/// " on (a, b) " of a comparison's matching, as a set operator takes it.
std::string matching_text(const promql::VectorMatching& matching) {
  if (!matching.on && matching.labels.empty()) return " ";
  std::string text = matching.on ? " on (" : " ignoring (";
  for (const std::string& label : matching.labels) {
    if (text.back() != '(') text += ", ";
    text += label;
  }
  return text + ") ";
}

class ConditionReader {
 public:
  bool lower_is_worse() const { return lower_is_worse_; }

  /// The text of what the node looks at; "" when that is nothing.
  std::string data(const Node& outer) {
    const Node& node = promql::without_parentheses(outer);
    if (const auto* call = std::get_if<promql::Call>(&node.form))
      return call->function->name == "absent" || call->function->name == "absent_over_time" ||
                     call->arguments.empty() || call->function->name == "vector"
                 ? ""
                 : text_of(node);
    const auto* binary = std::get_if<promql::Binary>(&node.form);
    if (binary == nullptr) return is_scalar(node) ? "" : text_of(node);
    if (promql::is_comparison(binary->op)) return compared(node, *binary);
    if (promql::is_set_operator(binary->op)) return of_sets(*binary);
    return is_scalar(node) ? "" : text_of(node);
  }

 private:
  std::string compared(const Node& node, const promql::Binary& binary) {
    const bool left_scalar = is_scalar(*binary.left);
    const bool right_scalar = is_scalar(*binary.right);
    if (binary.return_bool || (left_scalar && right_scalar)) return text_of(node);
    const bool less = binary.op == Operator::Less || binary.op == Operator::LessOrEqual;
    const bool greater = binary.op == Operator::Greater || binary.op == Operator::GreaterOrEqual;
    if (!decided_) lower_is_worse_ = left_scalar ? greater : less;
    decided_ = true;
    if (right_scalar) return data(*binary.left);
    if (left_scalar) return data(*binary.right);
    const std::string left = data(*binary.left);
    const std::string right = data(*binary.right);
    if (left.empty() || right.empty()) return left.empty() ? right : left;
    return "(" + left + ") and" + matching_text(binary.matching) + "(" + right + ")";
  }

  std::string of_sets(const promql::Binary& binary) {
    std::string left = data(*binary.left);
    if (binary.op == Operator::Unless) return left;
    const std::string right = data(*binary.right);
    if (left.empty() || right.empty()) return left.empty() ? right : left;
    const std::string op = binary.op == Operator::And ? " and" : " or";
    return "(" + left + ")" + op + matching_text(binary.matching) + "(" + right + ")";
  }

  bool decided_ = false;
  bool lower_is_worse_ = false;
};

}  // namespace

Condition read_condition(const promql::Expression& expression) {
  ConditionReader reader;
  const std::string text = reader.data(expression.root());
  Condition condition;
  condition.lower_is_worse = reader.lower_is_worse();
  if (text.empty()) return condition;
  auto data = promql::Expression::parse(text);
  if (data && data->type() == promql::ValueType::Vector) condition.data = *std::move(data);
  return condition;
}

}  // namespace lapwing::alerting
