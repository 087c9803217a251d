#include "agent/promql/ast.h"

#include "agent/promql/functions/table.h"

namespace lapwing::promql {

std::string_view name(Operator op) {
  switch (op) {
    case Operator::Add:
      return "+";
    case Operator::Subtract:
      return "-";
    case Operator::Multiply:
      return "*";
    case Operator::Divide:
      return "/";
    case Operator::Modulo:
      return "%";
    case Operator::Power:
      return "^";
    case Operator::Atan2:
      return "atan2";
    case Operator::Equal:
      return "==";
    case Operator::NotEqual:
      return "!=";
    case Operator::Less:
      return "<";
    case Operator::LessOrEqual:
      return "<=";
    case Operator::Greater:
      return ">";
    case Operator::GreaterOrEqual:
      return ">=";
    case Operator::And:
      return "and";
    case Operator::Or:
      return "or";
    case Operator::Unless:
      return "unless";
  }
  return "";
}

std::string_view name(AggregationKind kind) {
  switch (kind) {
    case AggregationKind::Sum:
      return "sum";
    case AggregationKind::Avg:
      return "avg";
    case AggregationKind::Count:
      return "count";
    case AggregationKind::Min:
      return "min";
    case AggregationKind::Max:
      return "max";
    case AggregationKind::Group:
      return "group";
    case AggregationKind::Stddev:
      return "stddev";
    case AggregationKind::Stdvar:
      return "stdvar";
    case AggregationKind::Topk:
      return "topk";
    case AggregationKind::Bottomk:
      return "bottomk";
    case AggregationKind::CountValues:
      return "count_values";
    case AggregationKind::Quantile:
      return "quantile";
    case AggregationKind::Limitk:
      return "limitk";
    case AggregationKind::LimitRatio:
      return "limit_ratio";
  }
  return "";
}

const Node& without_parentheses(const Node& node) {
  const Node* at = &node;
  while (const auto* paren = std::get_if<Paren>(&at->form)) at = paren->inner.get();
  return *at;
}

ValueType type(const Node& node) {
  struct Visitor {
    ValueType operator()(const NumberLiteral&) const { return ValueType::Scalar; }
    ValueType operator()(const StringLiteral&) const { return ValueType::String; }
    ValueType operator()(const VectorSelector&) const { return ValueType::Vector; }
    ValueType operator()(const MatrixSelector&) const { return ValueType::Matrix; }
    ValueType operator()(const Subquery&) const { return ValueType::Matrix; }
    ValueType operator()(const Call& call) const { return call.function->returns; }
    ValueType operator()(const Unary& unary) const { return type(*unary.operand); }
    ValueType operator()(const Paren& paren) const { return type(*paren.inner); }
    ValueType operator()(const Binary& binary) const {
      const bool scalars =
          type(*binary.left) == ValueType::Scalar && type(*binary.right) == ValueType::Scalar;
      return scalars ? ValueType::Scalar : ValueType::Vector;
    }
    ValueType operator()(const Aggregation&) const { return ValueType::Vector; }
  };
  return std::visit(Visitor(), node.form);
}

}  // namespace lapwing::promql
