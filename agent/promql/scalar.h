// Arithmetic and comparison of two numbers, as every binary operator uses it.
#pragma once

#include <cmath>

#include "agent/promql/ast.h"

namespace lapwing::promql {

/// For arithmetic operators: the value.
inline double compute(Operator op, double left, double right) {
  switch (op) {
    case Operator::Add:
      return left + right;
    case Operator::Subtract:
      return left - right;
    case Operator::Multiply:
      return left * right;
    case Operator::Divide:
      return left / right;
    case Operator::Modulo:
      return std::fmod(left, right);
    case Operator::Power:
      return std::pow(left, right);
    case Operator::Atan2:
      return std::atan2(left, right);
    default:
      return left;
  }
}

/// For comparison operators: whether it holds.
inline bool compare(Operator op, double left, double right) {
  switch (op) {
    case Operator::Equal:
      return left == right;
    case Operator::NotEqual:
      return left != right;
    case Operator::Less:
      return left < right;
    case Operator::LessOrEqual:
      return left <= right;
    case Operator::Greater:
      return left > right;
    case Operator::GreaterOrEqual:
      return left >= right;
    default:
      return false;
  }
}

}  // namespace lapwing::promql
