// Scalar expressions: literals, operators on scalars, and functions that give a scalar.
#include "agent/promql/scalar.h"

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/table.h"

namespace lapwing::promql {
namespace {

ScalarColumn combine(const Binary& node, const ScalarColumn& left, const ScalarColumn& right) {
  ScalarColumn out;
  out.values.resize(std::max(left.values.size(), right.values.size()));
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    const double a = left.at(i);
    const double b = right.at(i);
    out.values[i] =
        is_comparison(node.op) ? double(compare(node.op, a, b)) : compute(node.op, a, b);
  }
  return out;
}

}  // namespace

ScalarColumn Evaluation::scalar(const Node& node, const StepGrid& grid) {
  const Node& bare = without_parentheses(node);
  if (const auto* literal = std::get_if<NumberLiteral>(&bare.form)) return {{literal->value}};
  if (const auto* unary = std::get_if<Unary>(&bare.form)) {
    ScalarColumn out = scalar(*unary->operand, grid);
    if (unary->negative)
      for (double& value : out.values) value = -value;
    return out;
  }
  if (const auto* binary = std::get_if<Binary>(&bare.form))
    return combine(*binary, scalar(*binary->left, grid), scalar(*binary->right, grid));
  const Function& function = *std::get<Call>(bare.form).function;
  const auto evaluate = std::get<ScalarFunction>(function.implementation);
  if (grid.count == 1 || !is_step_invariant(bare)) return evaluate(*this, bare, grid);
  const SampleCounterPointer counted = make_counter(1);
  ScalarColumn column;
  {
    const CounterScope scope(counter_, counted);
    column = evaluate(*this, bare, {grid.first, grid.step, 1});
  }
  if (counter_ != nullptr) counter_->add_to_all(counted->total());
  return column;
}

}  // namespace lapwing::promql
