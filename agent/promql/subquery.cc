// Subqueries: the inner expression evaluated once over a grid of its own that covers all windows.
#include "agent/promql/evaluation.h"

namespace lapwing::promql {
namespace {

class SubqueryRange final : public RangeStream {
 public:
  SubqueryRange(Evaluation& evaluation, WindowPlacement placement, SeriesStreamPointer inner,
                StepGrid grid)
      : RangeStream(placement), evaluation_(evaluation), inner_(std::move(inner)), grid_(grid) {}

  bool next(RangeSeries& out) override {
    if (inner_ == nullptr || !inner_->next(series_)) return false;
    evaluation_.check_time();
    out.labels = series_.labels;
    out.samples.clear();
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(series_.values[step])) continue;
      out.samples.times.push_back(grid_.at(step));
      out.samples.values.push_back(series_.values[step]);
    }
    return true;
  }
  bool one_name() const override { return inner_ != nullptr && inner_->one_name(); }

 private:
  Evaluation& evaluation_;
  SeriesStreamPointer inner_;  // null: no step of its grid lies in any window
  const StepGrid grid_;
  StepSeries series_;
};

}  // namespace

RangeStreamPointer subquery_range(Evaluation& evaluation, const Subquery& node,
                                  const StepGrid& grid) {
  const WindowPlacement placement{grid, evaluation.fixed_time(node.at), node.offset, node.range};
  const Duration step = node.step > Duration(0) ? node.step : evaluation.subquery_step();
  // Steps are multiples of the step since 1970, the first one strictly after the window's start.
  const Timestamp first = floor_to(placement.end(0) - node.range, step) + step;
  // As far as the query asks, not as far as windows reach: what goes wrong between the two is told.
  const Timestamp end = placement.end(0) + (placement.fixed ? Duration(0) : grid.length());
  if (first > end)
    return std::make_unique<SubqueryRange>(evaluation, placement, nullptr, StepGrid{first, step});
  const StepGrid inner = StepGrid::between(first, end, step);
  // One series of it must fit; the check comes before the memory is asked for.
  evaluation.take_points(inner.count);
  evaluation.release_points(inner.count);
  return std::make_unique<SubqueryRange>(evaluation, placement,
                                         evaluation.vector(*node.inner, inner), inner);
}

}  // namespace lapwing::promql
