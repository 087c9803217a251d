// Selectors: samples from the source onto the step grid (lookback, staleness), and into the
// columns that windows slide over.
#include <algorithm>

#include "agent/promql/evaluation.h"

namespace lapwing::promql {
namespace {

bool names_one_metric(const VectorSelector& selector) {
  return std::any_of(selector.matchers.begin(), selector.matchers.end(), [](const Matcher& m) {
    return m.label() == kMetricName && m.kind() == MatchKind::Equal;
  });
}

class InstantSelection final : public SeriesStream {
 public:
  InstantSelection(Evaluation& evaluation, const VectorSelector& selector, const StepGrid& grid,
                   bool sample_times)
      : evaluation_(evaluation),
        selector_(selector),
        placement_{grid, evaluation.fixed_time(selector.at), selector.offset,
                   evaluation.lookback()},
        sample_times_(sample_times) {
    const Timestamp from = placement_.end(0) - placement_.range + Duration(1);
    set_ = evaluation_.select(selector_.matchers, {from, placement_.end(grid.count - 1)});
  }

  bool next(StepSeries& out) override {
    while (at_ < set_->size()) {
      const std::size_t index = at_++;
      evaluation_.read(*set_, index, samples_);
      if (!fill(out.values)) continue;
      out.labels = set_->labels(index);
      return true;
    }
    return false;
  }
  bool one_name() const override { return names_one_metric(selector_); }

 private:
  /// Puts the newest sample of (t - lookback, t] at each step t; false when no step has one.
  bool fill(std::vector<double>& values) const {
    values.assign(placement_.grid.count, absent_value());
    std::size_t end = 0;  // samples before it are at or before the step
    bool any = false;
    for (std::size_t step = 0; step < values.size(); ++step) {
      const Timestamp time = placement_.end(step);
      while (end < samples_.size() && samples_.times[end] <= time) ++end;
      if (end == 0 || samples_.times[end - 1] <= time - placement_.range) continue;
      if (is_stale(samples_.values[end - 1])) continue;
      values[step] = sample_times_ ? to_seconds(samples_.times[end - 1]) : samples_.values[end - 1];
      any = true;
    }
    return any;
  }

  Evaluation& evaluation_;
  const VectorSelector& selector_;
  const WindowPlacement placement_;
  const bool sample_times_;
  std::unique_ptr<SeriesSet> set_;
  std::size_t at_ = 0;
  Columns samples_;
};

class RangeSelection final : public RangeStream {
 public:
  RangeSelection(Evaluation& evaluation, const VectorSelector& selector, WindowPlacement placement)
      : RangeStream(placement), evaluation_(evaluation), selector_(selector) {
    const Timestamp from = placement.end(0) - placement.range + Duration(1);
    set_ = evaluation_.select(selector_.matchers, {from, placement.end(placement.grid.count - 1)});
  }

  bool next(RangeSeries& out) override {
    while (at_ < set_->size()) {
      const std::size_t index = at_++;
      evaluation_.read(*set_, index, out.samples);
      drop_stale(out.samples);
      if (out.samples.size() == 0) continue;
      out.labels = set_->labels(index);
      return true;
    }
    return false;
  }
  bool one_name() const override { return names_one_metric(selector_); }

 private:
  static void drop_stale(Columns& samples) {
    const auto first = std::find_if(samples.values.begin(), samples.values.end(), is_stale);
    std::size_t kept = std::size_t(first - samples.values.begin());
    for (std::size_t i = kept; i < samples.size(); ++i) {
      if (is_stale(samples.values[i])) continue;
      samples.times[kept] = samples.times[i];
      samples.values[kept++] = samples.values[i];
    }
    samples.times.resize(kept);
    samples.values.resize(kept);
  }

  Evaluation& evaluation_;
  const VectorSelector& selector_;
  std::unique_ptr<SeriesSet> set_;
  std::size_t at_ = 0;
};

}  // namespace

SeriesStreamPointer select_instant(Evaluation& evaluation, const VectorSelector& selector,
                                   const StepGrid& grid, bool sample_times) {
  return std::make_unique<InstantSelection>(evaluation, selector, grid, sample_times);
}

RangeStreamPointer select_range(Evaluation& evaluation, const MatrixSelector& matrix,
                                const StepGrid& grid) {
  const auto& selector = std::get<VectorSelector>(matrix.selector->form);
  const WindowPlacement placement{grid, evaluation.fixed_time(selector.at), selector.offset,
                                  matrix.range};
  return std::make_unique<RangeSelection>(evaluation, selector, placement);
}

}  // namespace lapwing::promql
