// quantile and count_values: they need all values of a group at once, so these are held (bounded by
// the query's point limit).
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "agent/base/number.h"
#include "agent/base/utf8.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/grouping.h"
#include "agent/promql/lexer.h"
#include "agent/promql/quantile.h"

namespace lapwing::promql {
namespace {

/// The operand, held, and which of its series form which group.
class GroupedMatrix {
 public:
  struct Group {
    Labels labels;
    std::vector<std::size_t> members;
  };

  GroupedMatrix(Evaluation& evaluation, const Aggregation& node, const StepGrid& grid)
      : held_(evaluation) {
    held_.add_all(*evaluation.vector(*node.operand, grid));
    std::unordered_map<Labels, std::size_t> index;
    for (std::size_t i = 0; i < held_.series().size(); ++i) {
      const Labels& labels = held_.series()[i].labels;
      Labels key = group_key(labels, node.grouping, node.without);
      const auto [found, fresh] = index.try_emplace(key, groups_.size());
      if (fresh) groups_.push_back({std::move(key), {}});
      groups_[found->second].members.push_back(i);
    }
  }

  std::vector<StepSeries>& series() { return held_.series(); }
  const std::vector<Group>& groups() const { return groups_; }

 private:
  HeldMatrix held_;
  std::vector<Group> groups_;
};

class QuantileStream final : public SeriesStream {
 public:
  QuantileStream(Evaluation& evaluation, const Node& whole, const Aggregation& node,
                 const StepGrid& grid)
      : parameter_(evaluation.scalar(*node.parameter, grid)),
        matrix_(evaluation, node, grid),
        steps_(grid.count),
        one_name_(std::count(node.grouping.begin(), node.grouping.end(), kMetricName) == 0) {
    for (const double q : parameter_.values) {
      if (q >= 0 && q <= 1) continue;
      evaluation.warn(
          fmt::format("quantile value should be between 0 and 1, got {}", format_value(q)),
          node.parameter->position, whole);
      break;
    }
  }

  bool next(StepSeries& out) override {
    if (at_ >= matrix_.groups().size()) return false;
    const GroupedMatrix::Group& group = matrix_.groups()[at_++];
    out.labels = group.labels;
    out.values.assign(steps_, absent_value());
    std::vector<double> values;
    for (std::size_t step = 0; step < steps_; ++step) {
      values.clear();
      for (const std::size_t member : group.members)
        if (const double value = matrix_.series()[member].values[step]; !is_absent(value))
          values.push_back(value);
      if (!values.empty()) out.values[step] = quantile_of(parameter_.at(step), values);
    }
    return true;
  }
  bool one_name() const override { return one_name_; }

 private:
  const ScalarColumn parameter_;
  GroupedMatrix matrix_;
  const std::size_t steps_;
  const bool one_name_;
  std::size_t at_ = 0;
};

/// Plain decimal of any length, as the label value of count_values has it.
std::string value_text(double value) {
  if (!std::isfinite(value)) return format_value(value);
  std::string out;
  append_plain(out, value);
  return out;
}

/// A series a distinct value a group; how often it occurs at each step.
class ValueCountStream final : public SeriesStream {
 public:
  ValueCountStream(Evaluation& evaluation, const Aggregation& node, const StepGrid& grid)
      : evaluation_(evaluation),
        node_(node),
        label_(evaluation.text(*node.parameter)),
        grid_(grid),
        counts_(evaluation) {
    if (label_.empty() || !is_utf8(label_)) fail_query("invalid label name " + quote(label_));
    count();
  }

  bool next(StepSeries& out) override {
    if (at_ >= counts_.series().size()) return false;
    out = std::move(counts_.series()[at_++]);
    return true;
  }

 private:
  void count() {
    const SeriesStreamPointer input = evaluation_.vector(*node_.operand, grid_);
    StepSeries series;
    while (input->next(series)) {
      for (std::size_t step = 0; step < grid_.count; ++step) {
        if (is_absent(series.values[step])) continue;
        double& cell = series_of(series.labels, series.values[step]).values[step];
        cell = is_absent(cell) ? 1 : cell + 1;
      }
    }
  }

  StepSeries& series_of(const Labels& labels, double value) {
    const Labels with_value = LabelsBuilder(labels).set(label_, value_text(value)).build();
    std::vector<std::string> names = node_.grouping;
    if (!node_.without) names.push_back(label_);
    Labels key = group_key(with_value, names, node_.without);
    const auto [found, fresh] = index_.try_emplace(key, counts_.series().size());
    if (fresh) counts_.add({std::move(key), std::vector<double>(grid_.count, absent_value())});
    return counts_.series()[found->second];
  }

  Evaluation& evaluation_;
  const Aggregation& node_;
  const std::string label_;
  const StepGrid grid_;
  HeldMatrix counts_;
  std::unordered_map<Labels, std::size_t> index_;
  std::size_t at_ = 0;
};

}  // namespace

SeriesStreamPointer rank_aggregate(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  const auto& form = std::get<Aggregation>(node.form);
  if (form.kind == AggregationKind::Quantile)
    return std::make_unique<QuantileStream>(evaluation, node, form, grid);
  if (form.kind == AggregationKind::CountValues)
    return std::make_unique<ValueCountStream>(evaluation, form, grid);
  return choose_series(evaluation, node, grid);
}

}  // namespace lapwing::promql
