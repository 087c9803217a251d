// Binary operators between a vector and a scalar: a series at a time.
#include "agent/promql/evaluation.h"
#include "agent/promql/scalar.h"

namespace lapwing::promql {
namespace {

class VectorScalarStream final : public SeriesStream {
 public:
  VectorScalarStream(SeriesStreamPointer vector, ScalarColumn scalar, const Binary& node,
                     bool scalar_is_left)
      : vector_(std::move(vector)),
        scalar_(std::move(scalar)),
        node_(node),
        scalar_is_left_(scalar_is_left) {}

  bool next(StepSeries& out) override {
    while (vector_->next(out)) {
      bool any = false;
      for (std::size_t step = 0; step < out.values.size(); ++step) {
        double& value = out.values[step];
        if (is_absent(value)) continue;
        value = combine(value, scalar_.at(step));
        any = any || !is_absent(value);
      }
      if (!any) continue;
      if (drops_name()) out.labels = without_name(out.labels);
      return true;
    }
    return false;
  }
  bool one_name() const override { return vector_->one_name(); }
  bool drops_name() const { return node_.return_bool || !is_comparison(node_.op); }

 private:
  double combine(double value, double scalar) const {
    const double left = scalar_is_left_ ? scalar : value;
    const double right = scalar_is_left_ ? value : scalar;
    if (!is_comparison(node_.op)) return compute(node_.op, left, right);
    const bool holds = compare(node_.op, left, right);
    if (node_.return_bool) return holds ? 1 : 0;
    return holds ? value : absent_value();  // The vector's value, whichever side it is on.
  }

  SeriesStreamPointer vector_;
  const ScalarColumn scalar_;
  const Binary& node_;
  const bool scalar_is_left_;
};

}  // namespace

SeriesStreamPointer combine_with_scalar(Evaluation& evaluation, const Binary& node,
                                        const StepGrid& grid) {
  const bool scalar_is_left = type(*node.left) == ValueType::Scalar;
  ScalarColumn scalar = evaluation.scalar(scalar_is_left ? *node.left : *node.right, grid);
  SeriesStreamPointer vector = evaluation.vector(scalar_is_left ? *node.right : *node.left, grid);
  auto stream = std::make_unique<VectorScalarStream>(std::move(vector), std::move(scalar), node,
                                                     scalar_is_left);
  if (!stream->drops_name() || stream->one_name()) return stream;
  return merge_equal_labels(evaluation, std::move(stream));
}

}  // namespace lapwing::promql
