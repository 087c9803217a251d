// Aggregations that fold: each series goes into its group's cells as it arrives and is forgotten.
// Memory is groups × steps.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "agent/promql/compensated_sum.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/grouping.h"

namespace lapwing::promql {
namespace {

// How one value joins a group's cell at a step, and what the cell says in the end. `count` is 0
// for a cell that has seen none.

struct SumCell {
  CompensatedSum sum;
  bool any = false;
  void add(double value) {
    sum.add(value);
    any = true;
  }
  double result() const { return any ? sum.value() : absent_value(); }
};

struct AvgCell {
  CompensatedMean mean;
  void add(double value) { mean.add(value); }
  double result() const { return mean.count > 0 ? mean.value() : absent_value(); }
};

struct CountCell {
  double count = 0;
  void add(double) { count += 1; }
  double result() const { return count > 0 ? count : absent_value(); }
};

struct GroupCell {
  bool any = false;
  void add(double) { any = true; }
  double result() const { return any ? 1 : absent_value(); }
};

struct MinCell {
  double least = absent_value();
  void add(double value) {
    if (is_absent(least) || value < least || std::isnan(least)) least = value;
  }
  double result() const { return least; }
};

struct MaxCell {
  double most = absent_value();
  void add(double value) {
    if (is_absent(most) || value > most || std::isnan(most)) most = value;
  }
  double result() const { return most; }
};

struct VarianceCell {
  double count = 0;
  double mean = 0;
  double squares = 0;
  void add(double value) {
    count += 1;
    if (count == 1) {
      mean = value;
      squares = std::isfinite(value) ? 0 : std::numeric_limits<double>::quiet_NaN();
      return;
    }
    const double delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
  }
  double result() const { return count > 0 ? squares / count : absent_value(); }
};

struct DeviationCell : VarianceCell {
  double result() const { return count > 0 ? std::sqrt(squares / count) : absent_value(); }
};

template <typename Cell>
class FoldStream final : public SeriesStream {
 public:
  FoldStream(Evaluation& evaluation, const Aggregation& node, const StepGrid& grid)
      : evaluation_(evaluation), node_(node), grid_(grid) {}
  ~FoldStream() override { evaluation_.release_points(points_); }

  bool next(StepSeries& out) override {
    if (!folded_) fold();
    if (at_ >= groups_.size()) return false;
    Group& group = groups_[at_++];
    out.labels = group.labels;
    out.values.resize(grid_.count);
    for (std::size_t step = 0; step < grid_.count; ++step)
      out.values[step] = group.cells[step].result();
    group.cells = {};
    return true;
  }
  bool one_name() const override {
    return std::find(node_.grouping.begin(), node_.grouping.end(), kMetricName) ==
           node_.grouping.end();
  }

 private:
  struct Group {
    Labels labels;
    std::vector<Cell> cells;
  };

  void fold() {
    folded_ = true;
    const SeriesStreamPointer input = evaluation_.vector(*node_.operand, grid_);
    StepSeries series;
    while (input->next(series)) {
      Group& group = group_of(series.labels);
      for (std::size_t step = 0; step < grid_.count; ++step)
        if (!is_absent(series.values[step])) group.cells[step].add(series.values[step]);
    }
  }

  Group& group_of(const Labels& labels) {
    Labels key = group_key(labels, node_.grouping, node_.without);
    const auto [found, fresh] = index_.try_emplace(key, groups_.size());
    if (fresh) {
      evaluation_.take_points(grid_.count);
      points_ += grid_.count;
      groups_.push_back({std::move(key), std::vector<Cell>(grid_.count)});
      evaluation_.check_series_count(groups_.size());
    }
    return groups_[found->second];
  }

  Evaluation& evaluation_;
  const Aggregation& node_;
  const StepGrid grid_;
  std::unordered_map<Labels, std::size_t> index_;
  std::vector<Group> groups_;
  std::uint64_t points_ = 0;
  std::size_t at_ = 0;
  bool folded_ = false;
};

}  // namespace

SeriesStreamPointer aggregate(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  const auto& form = std::get<Aggregation>(node.form);
  switch (form.kind) {
    case AggregationKind::Avg:
      return std::make_unique<FoldStream<AvgCell>>(evaluation, form, grid);
    case AggregationKind::Count:
      return std::make_unique<FoldStream<CountCell>>(evaluation, form, grid);
    case AggregationKind::Min:
      return std::make_unique<FoldStream<MinCell>>(evaluation, form, grid);
    case AggregationKind::Max:
      return std::make_unique<FoldStream<MaxCell>>(evaluation, form, grid);
    case AggregationKind::Group:
      return std::make_unique<FoldStream<GroupCell>>(evaluation, form, grid);
    case AggregationKind::Stddev:
      return std::make_unique<FoldStream<DeviationCell>>(evaluation, form, grid);
    case AggregationKind::Stdvar:
      return std::make_unique<FoldStream<VarianceCell>>(evaluation, form, grid);
    default:
      return std::make_unique<FoldStream<SumCell>>(evaluation, form, grid);
  }
}

}  // namespace lapwing::promql
