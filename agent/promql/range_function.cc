// The frame around range functions: windows slide over each series once, step by step.
#include <algorithm>
#include <cmath>

#include "agent/base/number.h"
#include "agent/promql/block_fold.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/functions/table.h"
#include "agent/promql/lexer.h"
#include "agent/promql/minute_windows.h"
#include "agent/promql/step_search.h"
#include "agent/promql/value_scan.h"

namespace lapwing::promql {
namespace {

bool looks_like_counter(std::string_view metric) {
  return metric.ends_with("_total") || metric.ends_with("_sum") || metric.ends_with("_count") ||
         metric.ends_with("_bucket");
}

/// Whether every window begins and ends with a minute, and they cover enough for minutes to pay.
bool covers_whole_minutes(const WindowPlacement& placement) {
  constexpr Duration kWorthwhile = 15min;
  const auto whole = [](Duration duration) { return duration % Duration(1min) == Duration(0); };
  const Timestamp last = placement.end(placement.grid.count - 1);
  return whole(placement.end(0).time_since_epoch()) && whole(placement.range) &&
         (placement.grid.count == 1 || placement.fixed || whole(placement.grid.step)) &&
         last - (placement.end(0) - placement.range) >= kWorthwhile;
}

/// Whether sums that are not exact are so but for their last bits, however many are joined: where
/// positive and negative values cancel, what is lost could be all that remains.
bool have_one_sign(const Minutes& minutes) {
  const auto finite = [](double sum) { return std::isfinite(sum); };
  const auto positive = [](double minimum) { return minimum >= 0; };
  const auto negative = [](double maximum) { return maximum <= 0; };
  return std::all_of(minutes.sums.begin(), minutes.sums.end(), finite) &&
         (std::all_of(minutes.minima.begin(), minutes.minima.end(), positive) ||
          std::all_of(minutes.maxima.begin(), minutes.maxima.end(), negative));
}

bool has_what_is_needed(const Minutes& minutes, MinuteNeed need) {
  switch (need) {
    case MinuteNeed::Ends:
      return true;
    case MinuteNeed::Corrections:
      return minutes.corrections_kept;
    case MinuteNeed::Extremes:
      return minutes.extremes_kept;
    case MinuteNeed::Sums:
      return minutes.extremes_kept && (minutes.exact_sums || have_one_sign(minutes));
  }
  return false;
}

class RangeFunctionStream final : public SeriesStream {
 public:
  RangeFunctionStream(Evaluation& evaluation, const Node& node, RangeStreamPointer input,
                      Position input_position, std::vector<ScalarColumn> scalars)
      : evaluation_(evaluation),
        counter_(evaluation.counter()),
        uncounted_(evaluation.make_counter(1)),
        node_(node),
        task_(std::get<RangeTask>(std::get<Call>(node.form).function->implementation)),
        input_(std::move(input)),
        input_position_(input_position),
        scalars_(std::move(scalars)) {
    const WindowPlacement& placement = input_->placement();
    if (task_.of_minutes != nullptr && covers_whole_minutes(placement))
      input_->prefer_minutes(task_.needs, has_what_is_needed);
    if (task_.of_ends != nullptr && placement.grid.count == 1) input_->prefer_ends();
    if (can_fold_blocks(task_.fold, placement)) folder_.emplace(task_.fold, placement);
  }

  bool next(StepSeries& out) override {
    while (next_input()) {
      if (!evaluate(out.values)) continue;
      out.labels = task_.keeps_name ? series_.labels : without_name(series_.labels);
      if (!task_.keeps_name && !input_->one_name()) unique_.add(out.labels);
      note_unlikely_counter();
      return true;
    }
    return false;
  }
  bool one_name() const override { return !task_.keeps_name || input_->one_name(); }

 private:
  bool next_input() {
    // What a subquery gives counts where it stands in a window, what it reads does not.
    const CounterScope scope(evaluation_.counter(), uncounted_);
    return input_->next(series_);
  }

  /// False when the series has no value at any step.
  bool evaluate(std::vector<double>& values) {
    switch (series_.form) {
      case RangeSeries::Form::Minutes:
        return slide_over_minutes(values);
      case RangeSeries::Form::Ends:
        return join_ends(values);
      case RangeSeries::Form::Samples:
        break;
    }
    return slide(values);
  }

  bool join_ends(std::vector<double>& values) {
    values.assign(1, task_.of_ends(series_.ends, input_->placement(), extrapolation_));
    if (counter_ != nullptr) counter_->add(0, series_.ends.count);
    evaluation_.take_work(series_.ends.count);
    return !is_absent(values[0]);
  }

  bool slide(std::vector<double>& values) {
    const WindowPlacement& placement = input_->placement();
    const Columns& samples = series_.samples;
    values.assign(placement.grid.count, absent_value());
    if (task_.wants_falls) find_falls(samples.values, falls_);
    folded_ = folder_ && folder_->start(samples);
    StepSearch low;
    StepSearch high;
    std::size_t low_fall = 0;
    std::size_t high_fall = 0;
    bool any = false;
    Window window;
    window.known = &extrapolation_;
    for (std::size_t step = 0; step < values.size(); ++step) {
      window.end = placement.end(step);
      window.start = window.end - placement.range;
      const std::size_t end = high.advance(samples.times, window.end);
      const std::size_t begin = low.advance(samples.times, window.start);
      if (begin == end) continue;
      window.times = std::span(samples.times).subspan(begin, end - begin);
      window.values = std::span(samples.values).subspan(begin, end - begin);
      window.step_time = placement.grid.at(step);
      while (high_fall < falls_.size() && falls_[high_fall] < end) ++high_fall;
      while (low_fall < high_fall && falls_[low_fall] <= begin) ++low_fall;
      window.falls = std::span(falls_).subspan(low_fall, high_fall - low_fall);
      window.falls_base = std::uint32_t(begin);
      for (std::size_t i = 0; i < scalars_.size(); ++i) window.scalars[i] = scalars_[i].at(step);
      if (task_.takes_quantile) note_odd_quantile(window.scalars[0]);
      values[step] = value_of(window, step);
      any = any || !is_absent(values[step]);
      if (counter_ != nullptr) counter_->add(step, window.size());
      evaluation_.take_work(window.size());
    }
    return any;
  }

  double value_of(const Window& window, std::size_t step) const {
    if (folded_)
      if (const auto folded = folder_->window(step)) return *folded;
    return task_.function(window);
  }

  bool slide_over_minutes(std::vector<double>& values) {
    values.assign(input_->placement().grid.count, absent_value());
    if (!minute_windows_) minute_windows_.emplace(input_->placement());
    const MinuteColumn column = minute_windows_->place(series_.minutes, task_.wants_falls);
    task_.of_minutes(column, values);
    if (counter_ != nullptr)
      for (std::size_t step = 0; step < values.size(); ++step)
        counter_->add(step, column.rows[step].count);
    evaluation_.take_work(values.size());
    return !std::all_of(values.begin(), values.end(), is_absent);
  }

  void note_odd_quantile(double q) {
    if (q >= 0 && q <= 1) return;
    evaluation_.warn("quantile value should be between 0 and 1, got " + format_value(q),
                     std::get<Call>(node_.form).arguments[0]->position, node_);
  }

  void note_unlikely_counter() {
    if (!task_.expects_counter) return;
    const std::string_view metric = series_.labels.metric_name();
    if (metric == noted_metric_ || metric.empty() || looks_like_counter(metric)) return;
    noted_metric_ = metric;
    evaluation_.inform(
        "metric might not be a counter, name does not end in "
        "_total/_sum/_count/_bucket: " +
            quote(metric),
        input_position_, node_);
  }

  Evaluation& evaluation_;
  const SampleCounterPointer counter_;
  const SampleCounterPointer uncounted_;
  const Node& node_;
  const RangeTask task_;
  RangeStreamPointer input_;
  const Position input_position_;
  std::string noted_metric_;
  const std::vector<ScalarColumn> scalars_;
  UniqueLabels unique_;
  RangeSeries series_;
  std::vector<std::uint32_t> falls_;
  std::optional<MinuteWindows> minute_windows_;
  Extrapolation extrapolation_;
  std::optional<BlockFolder> folder_;
  bool folded_ = false;  // the series at hand
};

}  // namespace

SeriesStreamPointer apply_range_function(Evaluation& evaluation, const Node& node,
                                         const StepGrid& grid) {
  const Call& call = std::get<Call>(node.form);
  RangeStreamPointer input;
  Position position = node.position;
  std::vector<ScalarColumn> scalars;
  for (const NodePointer& argument : call.arguments) {
    if (type(*argument) == ValueType::Matrix) {
      // Prometheus points at the very beginning for a subquery.
      const Node& bare = without_parentheses(*argument);
      position = std::holds_alternative<Subquery>(bare.form) ? Position{} : bare.position;
      const CounterScope scope(evaluation.counter(), evaluation.make_counter(1));
      input = evaluation.range(*argument, grid);
    } else {
      scalars.push_back(evaluation.scalar(*argument, grid));
    }
  }
  return std::make_unique<RangeFunctionStream>(evaluation, node, std::move(input), position,
                                               std::move(scalars));
}

}  // namespace lapwing::promql
