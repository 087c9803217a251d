// Selectors: samples from the source onto the step grid (lookback, staleness), and into the
// columns that windows slide over.
#include <algorithm>

#include "agent/promql/evaluation.h"
#include "agent/promql/step_search.h"
#include "agent/promql/value_scan.h"

namespace lapwing::promql {
namespace {

bool names_one_metric(const VectorSelector& selector) {
  return std::any_of(selector.matchers.begin(), selector.matchers.end(), [](const Matcher& m) {
    return m.label() == kMetricName && m.kind() == MatchKind::Equal;
  });
}

class InstantSelection final : public SeriesStream {
 public:
  /// `stored` is where the samples come from, `shown` where they count.
  InstantSelection(Evaluation& evaluation, const VectorSelector& selector,
                   const WindowPlacement& stored, const WindowPlacement& shown, bool sample_times)
      : evaluation_(evaluation),
        counter_(evaluation.counter()),
        one_name_(names_one_metric(selector)),
        placement_(shown),
        sample_times_(sample_times) {
    const Timestamp from = stored.end(0) - stored.range + Duration(1);
    const TimeRange range{from, stored.end(stored.grid.count - 1)};
    set_ = stored.grid.count == 1 ? evaluation_.select_newest(selector.matchers, range)
                                  : evaluation_.select(selector.matchers, range);
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
  bool one_name() const override { return one_name_; }
  const SeriesSet& set() const { return *set_; }

 private:
  /// Puts the newest sample of (t - lookback, t] at each step t; false when no step has one.
  bool fill(std::vector<double>& values) const {
    values.assign(placement_.grid.count, absent_value());
    StepSearch search;
    bool any = false;
    for (std::size_t step = 0; step < values.size(); ++step) {
      const Timestamp time = placement_.end(step);
      const std::size_t end = search.advance(samples_.times, time);
      if (end == 0 || samples_.times[end - 1] <= time - placement_.range) continue;
      if (is_stale(samples_.values[end - 1])) continue;
      values[step] = sample_times_ ? to_seconds(samples_.times[end - 1]) : samples_.values[end - 1];
      any = true;
      if (counter_ != nullptr) counter_->add(step, 1);
    }
    return any;
  }

  Evaluation& evaluation_;
  const SampleCounterPointer counter_;
  const bool one_name_;
  const WindowPlacement placement_;
  const bool sample_times_;
  std::unique_ptr<SeriesSet> set_;
  std::size_t at_ = 0;
  Columns samples_;
};

class RangeSelection final : public RangeStream {
 public:
  RangeSelection(Evaluation& evaluation, const Node& matrix, WindowPlacement placement)
      : RangeStream(placement),
        evaluation_(evaluation),
        node_(*std::get<MatrixSelector>(matrix.form).selector),
        one_name_(names_one_metric(std::get<VectorSelector>(node_.form))) {
    const Timestamp from = placement.end(0) - placement.range + Duration(1);
    set_ = evaluation_.select_windows(matrix, {from, placement.end(placement.grid.count - 1)});
  }

  void prefer_minutes(MinuteNeed need, bool (*serves)(const Minutes&, MinuteNeed)) override {
    need_ = need;
    minutes_serve_ = serves;
  }

  void prefer_ends() override { prefers_ends_ = placement().grid.count == 1; }

  bool next(RangeSeries& out) override {
    while (at_ < set_->size()) {
      const std::size_t index = at_++;
      if (read(index, out) == 0) continue;
      out.labels = set_->labels(index);
      return true;
    }
    return false;
  }
  bool one_name() const override { return one_name_; }

 private:
  /// How much there is of the series, in whatever form.
  std::size_t read(std::size_t index, RangeSeries& out) {
    if (minutes_serve_ != nullptr && evaluation_.read_minutes(*set_, index, need_, out.minutes) &&
        minutes_serve_(out.minutes, need_)) {
      out.form = RangeSeries::Form::Minutes;
      return out.minutes.size();
    }
    evaluation_.note_coarseness(*set_, node_);
    if (prefers_ends_ && evaluation_.read_ends(*set_, index, out.ends)) {
      out.form = RangeSeries::Form::Ends;
      return out.ends.count;
    }
    out.form = RangeSeries::Form::Samples;
    evaluation_.read(*set_, index, out.samples);
    if (has_nan(out.samples.values)) drop_stale(out.samples);
    return out.samples.size();
  }

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
  const Node& node_;
  const bool one_name_;
  std::unique_ptr<SeriesSet> set_;
  MinuteNeed need_ = MinuteNeed::Ends;
  bool (*minutes_serve_)(const Minutes&, MinuteNeed) = nullptr;
  bool prefers_ends_ = false;
  std::size_t at_ = 0;
};

}  // namespace

SeriesStreamPointer select_instant(Evaluation& evaluation, const Node& node, const StepGrid& grid,
                                   bool sample_times) {
  const auto& selector = std::get<VectorSelector>(node.form);
  const WindowPlacement placement{grid, evaluation.fixed_time(selector.at), selector.offset,
                                  evaluation.lookback()};
  auto selection =
      std::make_unique<InstantSelection>(evaluation, selector, placement, placement, sample_times);
  evaluation.note_coarseness(selection->set(), node);
  return selection;
}

SeriesStreamPointer select_info_times(Evaluation& evaluation, const VectorSelector& selector,
                                      const StepGrid& grid, Duration offset,
                                      std::optional<Timestamp> fixed) {
  const WindowPlacement stored{grid, fixed, offset, evaluation.lookback()};
  const WindowPlacement shown{grid, {}, {}, evaluation.lookback()};
  return std::make_unique<InstantSelection>(evaluation, selector, stored, shown, true);
}

RangeStreamPointer select_range(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  const auto& matrix = std::get<MatrixSelector>(node.form);
  const auto& selector = std::get<VectorSelector>(matrix.selector->form);
  const WindowPlacement placement{grid, evaluation.fixed_time(selector.at), selector.offset,
                                  matrix.range};
  return std::make_unique<RangeSelection>(evaluation, node, placement);
}

}  // namespace lapwing::promql
