// The frame around functions of one value, and unary minus: a series at a time, name dropped.
#include <array>

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/table.h"

namespace lapwing::promql {
namespace {

class ElementStream final : public SeriesStream {
 public:
  ElementStream(SeriesStreamPointer input, ElementFunction function,
                std::vector<ScalarColumn> scalars)
      : input_(std::move(input)), function_(function), scalars_(std::move(scalars)) {}

  bool next(StepSeries& out) override {
    while (input_->next(out)) {
      std::array<double, 4> scalars{};
      bool any = false;
      for (std::size_t step = 0; step < out.values.size(); ++step) {
        double& value = out.values[step];
        if (is_absent(value)) continue;
        for (std::size_t i = 0; i < scalars_.size(); ++i) scalars[i] = scalars_[i].at(step);
        value = function_(value, std::span(scalars).first(scalars_.size()));
        any = any || !is_absent(value);
      }
      if (!any) continue;
      out.labels = without_name(out.labels);
      return true;
    }
    return false;
  }
  bool one_name() const override { return input_->one_name(); }

 private:
  SeriesStreamPointer input_;
  const ElementFunction function_;
  const std::vector<ScalarColumn> scalars_;
};

/// Unary minus; two series that differ in name only are an error, whatever their steps.
class NegationStream final : public SeriesStream {
 public:
  explicit NegationStream(SeriesStreamPointer input) : input_(std::move(input)) {}

  bool next(StepSeries& out) override {
    if (!input_->next(out)) return false;
    for (double& value : out.values)
      if (!is_absent(value)) value = -value;
    out.labels = without_name(out.labels);
    if (!input_->one_name()) unique_.add(out.labels);
    return true;
  }
  bool one_name() const override { return true; }

 private:
  SeriesStreamPointer input_;
  UniqueLabels unique_;
};

/// vector(time()).
class TimeStream final : public SeriesStream {
 public:
  explicit TimeStream(const StepGrid& grid) : grid_(grid) {}
  bool next(StepSeries& out) override {
    if (done_) return false;
    done_ = true;
    out.labels = {};
    out.values.resize(grid_.count);
    for (std::size_t step = 0; step < grid_.count; ++step)
      out.values[step] = to_seconds(grid_.at(step));
    return true;
  }
  bool one_name() const override { return true; }

 private:
  const StepGrid grid_;
  bool done_ = false;
};

}  // namespace

SeriesStreamPointer apply_element_function(Evaluation& evaluation, const Node& node,
                                           const StepGrid& grid) {
  const Call& call = std::get<Call>(node.form);
  const ElementTask task = std::get<ElementTask>(call.function->implementation);
  SeriesStreamPointer input;
  std::vector<ScalarColumn> scalars;
  for (const NodePointer& argument : call.arguments) {
    if (type(*argument) == ValueType::Vector)
      input = evaluation.vector(*argument, grid);
    else
      scalars.push_back(evaluation.scalar(*argument, grid));
  }
  if (input == nullptr) input = std::make_unique<TimeStream>(grid);
  auto stream =
      std::make_unique<ElementStream>(std::move(input), task.function, std::move(scalars));
  if (stream->one_name()) return stream;
  return merge_equal_labels(evaluation, std::move(stream));
}

SeriesStreamPointer negate(Evaluation& evaluation, const Unary& unary, const StepGrid& grid) {
  return std::make_unique<NegationStream>(evaluation.vector(*unary.operand, grid));
}

}  // namespace lapwing::promql
