// The frame around range functions: windows slide over each series once, step by step.
#include <cmath>

#include "agent/base/number.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/functions/table.h"
#include "agent/promql/lexer.h"

namespace lapwing::promql {
namespace {

bool looks_like_counter(std::string_view metric) {
  return metric.ends_with("_total") || metric.ends_with("_sum") || metric.ends_with("_count") ||
         metric.ends_with("_bucket");
}

class RangeFunctionStream final : public SeriesStream {
 public:
  RangeFunctionStream(Evaluation& evaluation, RangeTask task, RangeStreamPointer input,
                      Position input_position, Position call_position,
                      std::vector<ScalarColumn> scalars)
      : evaluation_(evaluation),
        task_(task),
        input_(std::move(input)),
        input_position_(input_position),
        call_position_(call_position),
        scalars_(std::move(scalars)) {}

  bool next(StepSeries& out) override {
    while (input_->next(series_)) {
      if (!slide(out.values)) continue;
      out.labels = task_.keeps_name ? series_.labels : without_name(series_.labels);
      if (!task_.keeps_name && !input_->one_name()) unique_.add(out.labels);
      note_unlikely_counter();
      return true;
    }
    return false;
  }
  bool one_name() const override { return !task_.keeps_name || input_->one_name(); }

 private:
  bool slide(std::vector<double>& values) {
    const WindowPlacement& placement = input_->placement();
    const Columns& samples = series_.samples;
    values.assign(placement.grid.count, absent_value());
    if (task_.wants_falls) find_falls();
    std::size_t low = 0;
    std::size_t high = 0;
    std::size_t low_fall = 0;
    std::size_t high_fall = 0;
    bool any = false;
    for (std::size_t step = 0; step < values.size(); ++step) {
      Window window;
      window.end = placement.end(step);
      window.start = window.end - placement.range;
      while (high < samples.size() && samples.times[high] <= window.end) ++high;
      while (low < high && samples.times[low] <= window.start) ++low;
      if (low == high) continue;
      window.times = std::span(samples.times).subspan(low, high - low);
      window.values = std::span(samples.values).subspan(low, high - low);
      window.step_time = placement.grid.at(step);
      while (high_fall < falls_.size() && falls_[high_fall] < high) ++high_fall;
      while (low_fall < high_fall && falls_[low_fall] <= low) ++low_fall;
      window.falls = std::span(falls_).subspan(low_fall, high_fall - low_fall);
      window.falls_base = std::uint32_t(low);
      for (std::size_t i = 0; i < scalars_.size(); ++i) window.scalars[i] = scalars_[i].at(step);
      if (task_.takes_quantile) note_odd_quantile(window.scalars[0]);
      values[step] = task_.function(window);
      any = any || !is_absent(values[step]);
      if ((step & 1023) == 1023) evaluation_.check_time();
    }
    return any;
  }

  /// The one pass over the series that finds where a counter began again.
  void find_falls() {
    falls_.clear();
    const std::vector<double>& values = series_.samples.values;
    for (std::size_t i = 1; i < values.size(); ++i)
      if (values[i] < values[i - 1]) falls_.push_back(std::uint32_t(i));
  }

  void note_odd_quantile(double q) {
    if (q >= 0 && q <= 1) return;
    evaluation_.warn("quantile value should be between 0 and 1, got " + format_value(q),
                     call_position_);
  }

  void note_unlikely_counter() {
    if (!task_.expects_counter) return;
    const std::string_view metric = series_.labels.metric_name();
    if (metric.empty() || looks_like_counter(metric)) return;
    evaluation_.inform(
        "metric might not be a counter, name does not end in "
        "_total/_sum/_count/_bucket: " +
            quote(metric),
        input_position_);
  }

  Evaluation& evaluation_;
  const RangeTask task_;
  RangeStreamPointer input_;
  const Position input_position_;
  const Position call_position_;  // of its first argument
  const std::vector<ScalarColumn> scalars_;
  UniqueLabels unique_;
  RangeSeries series_;
  std::vector<std::uint32_t> falls_;
};

}  // namespace

SeriesStreamPointer apply_range_function(Evaluation& evaluation, const Node& node,
                                         const StepGrid& grid) {
  const Call& call = std::get<Call>(node.form);
  const RangeTask task = std::get<RangeTask>(call.function->implementation);
  RangeStreamPointer input;
  Position position = node.position;
  std::vector<ScalarColumn> scalars;
  for (const NodePointer& argument : call.arguments) {
    if (type(*argument) == ValueType::Matrix) {
      // Prometheus points at the very beginning for a subquery.
      const Node& bare = without_parentheses(*argument);
      position = std::holds_alternative<Subquery>(bare.form) ? Position{} : bare.position;
      input = evaluation.range(*argument, grid);
    } else {
      scalars.push_back(evaluation.scalar(*argument, grid));
    }
  }
  return std::make_unique<RangeFunctionStream>(evaluation, task, std::move(input), position,
                                               call.arguments[0]->position, std::move(scalars));
}

}  // namespace lapwing::promql
