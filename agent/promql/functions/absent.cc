// absent, absent_over_time: 1 where the argument has nothing, under the labels that the selector
// pins down.
#include <algorithm>

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

/// Labels with exactly one matcher, and that an equality.
Labels labels_of(const VectorSelector& selector) {
  LabelsBuilder labels;
  std::vector<std::string_view> set;  // once; what follows takes the label away, as in Prometheus
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label() == kMetricName) continue;
    const bool again = std::find(set.begin(), set.end(), matcher.label()) != set.end();
    if (matcher.kind() == MatchKind::Equal && !again) {
      labels.set(matcher.label(), matcher.value());
      set.push_back(matcher.label());
    } else {
      labels.remove(matcher.label());
    }
  }
  return labels.build();
}

Labels labels_of(const Node& node) {
  const Node& bare = without_parentheses(node);
  if (const auto* selector = std::get_if<VectorSelector>(&bare.form)) return labels_of(*selector);
  if (const auto* matrix = std::get_if<MatrixSelector>(&bare.form))
    return labels_of(std::get<VectorSelector>(matrix->selector->form));
  return {};
}

/// One series: 1 at each step where `present` is false.
class AbsenceStream final : public SeriesStream {
 public:
  AbsenceStream(Labels labels, std::vector<bool> present)
      : labels_(std::move(labels)), present_(std::move(present)) {}
  bool next(StepSeries& out) override {
    if (done_) return false;
    done_ = true;
    out.labels = labels_;
    out.values.assign(present_.size(), absent_value());
    bool any = false;
    for (std::size_t step = 0; step < present_.size(); ++step) {
      if (present_[step]) continue;
      out.values[step] = 1;
      any = true;
    }
    return any;
  }
  bool one_name() const override { return true; }

 private:
  const Labels labels_;
  const std::vector<bool> present_;
  bool done_ = false;
};

}  // namespace

SeriesStreamPointer function_absent(Evaluation& evaluation, const Node& node,
                                    const StepGrid& grid) {
  const Node& argument = *std::get<Call>(node.form).arguments[0];
  const SeriesStreamPointer input = evaluation.vector(argument, grid);
  std::vector<bool> present(grid.count);
  StepSeries series;
  while (input->next(series))
    for (std::size_t step = 0; step < grid.count; ++step)
      if (!is_absent(series.values[step])) present[step] = true;
  return std::make_unique<AbsenceStream>(labels_of(argument), std::move(present));
}

SeriesStreamPointer function_absent_over_time(Evaluation& evaluation, const Node& node,
                                              const StepGrid& grid) {
  const Node& argument = *std::get<Call>(node.form).arguments[0];
  const SampleCounterPointer counter = evaluation.counter();
  // What a subquery reads does not count, what it gives does.
  const CounterScope scope(evaluation.counter(), evaluation.make_counter(1));
  const RangeStreamPointer input = evaluation.range(argument, grid);
  const WindowPlacement& placement = input->placement();
  std::vector<bool> present(grid.count);
  RangeSeries series;
  while (input->next(series)) {
    std::size_t high = 0, low = 0;
    const Columns& samples = series.samples;
    for (std::size_t step = 0; step < grid.count; ++step) {
      const Timestamp end = placement.end(step);
      while (high < samples.size() && samples.times[high] <= end) ++high;
      while (low < high && samples.times[low] <= end - placement.range) ++low;
      if (low == high) continue;
      present[step] = true;
      if (counter != nullptr) counter->add(step, high - low);
    }
  }
  return std::make_unique<AbsenceStream>(labels_of(argument), std::move(present));
}

}  // namespace lapwing::promql
