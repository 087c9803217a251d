// Functions between scalars, vectors and time.
#include <limits>
#include <numbers>

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

const Node& argument(const Node& node, std::size_t index) {
  return *std::get<Call>(node.form).arguments[index];
}

class VectorOfScalar final : public SeriesStream {
 public:
  VectorOfScalar(ScalarColumn column, std::size_t count)
      : column_(std::move(column)), count_(count) {}
  bool next(StepSeries& out) override {
    if (done_) return false;
    done_ = true;
    out.labels = {};
    out.values.resize(count_);
    for (std::size_t step = 0; step < count_; ++step) out.values[step] = column_.at(step);
    return true;
  }
  bool one_name() const override { return true; }

 private:
  const ScalarColumn column_;
  const std::size_t count_;
  bool done_ = false;
};

/// Puts the time of the step, or of the sample when the input holds times already, and drops names.
class TimestampStream final : public SeriesStream {
 public:
  TimestampStream(SeriesStreamPointer input, const StepGrid& grid, bool holds_times)
      : input_(std::move(input)), grid_(grid), holds_times_(holds_times) {}
  bool next(StepSeries& out) override {
    if (!input_->next(out)) return false;
    for (std::size_t step = 0; step < out.values.size() && !holds_times_; ++step)
      if (!is_absent(out.values[step])) out.values[step] = to_seconds(grid_.at(step));
    out.labels = without_name(out.labels);
    return true;
  }
  bool one_name() const override { return input_->one_name(); }

 private:
  SeriesStreamPointer input_;
  const StepGrid grid_;
  const bool holds_times_;
};

}  // namespace

ScalarColumn function_pi(Evaluation&, const Node&, const StepGrid&) { return {{std::numbers::pi}}; }

ScalarColumn function_time(Evaluation&, const Node&, const StepGrid& grid) {
  ScalarColumn column;
  column.values.resize(grid.count);
  for (std::size_t step = 0; step < grid.count; ++step)
    column.values[step] = to_seconds(grid.at(step));
  return column;
}

ScalarColumn function_scalar(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  ScalarColumn column;
  column.values.assign(grid.count, absent_value());
  const SeriesStreamPointer input = evaluation.vector(argument(node, 0), grid);
  StepSeries series;
  std::vector<bool> several(grid.count);
  while (input->next(series)) {
    for (std::size_t step = 0; step < grid.count; ++step) {
      if (is_absent(series.values[step])) continue;
      several[step] = several[step] || !is_absent(column.values[step]);
      column.values[step] = series.values[step];
    }
  }
  for (std::size_t step = 0; step < grid.count; ++step)
    if (several[step] || is_absent(column.values[step])) column.values[step] = kNaN;
  return column;
}

SeriesStreamPointer function_vector(Evaluation& evaluation, const Node& node,
                                    const StepGrid& grid) {
  return std::make_unique<VectorOfScalar>(evaluation.scalar(argument(node, 0), grid), grid.count);
}

SeriesStreamPointer function_timestamp(Evaluation& evaluation, const Node& node,
                                       const StepGrid& grid) {
  const Node& bare = without_parentheses(argument(node, 0));
  const auto* selector = std::get_if<VectorSelector>(&bare.form);
  SeriesStreamPointer input = selector != nullptr ? select_instant(evaluation, bare, grid, true)
                                                  : evaluation.vector(bare, grid);
  auto stream = std::make_unique<TimestampStream>(std::move(input), grid, selector != nullptr);
  if (stream->one_name()) return stream;
  return merge_equal_labels(evaluation, std::move(stream));
}

}  // namespace lapwing::promql
