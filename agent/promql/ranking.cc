// Aggregations with a parameter: they choose among a group's series, or need all their values at
// once, so their operand is held (bounded by the query's point limit).
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "agent/base/number.h"
#include "agent/base/utf8.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/grouping.h"
#include "agent/promql/label_hash.h"
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
      Labels key =
          node.without ? drop_labels(labels, node.grouping) : keep_labels(labels, node.grouping);
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

/// topk's parameter at each step as a whole number.
std::vector<std::int64_t> counts_of(const ScalarColumn& column, std::size_t steps) {
  constexpr double kLimit = 9223372036854775807.0;
  std::vector<std::int64_t> counts(steps);
  for (std::size_t step = 0; step < steps; ++step) {
    const double value = column.at(step);
    if (std::isnan(value) || value >= kLimit)
      fail_query(fmt::format("Scalar value {} overflows int64", format_value(value)));
    if (value <= -kLimit)
      fail_query(fmt::format("Scalar value {} underflows int64", format_value(value)));
    counts[step] = static_cast<std::int64_t>(value);
  }
  return counts;
}

/// Chooses series of each group at each step; what is not chosen becomes absent there.
class ChoiceStream final : public SeriesStream {
 public:
  ChoiceStream(Evaluation& evaluation, const Aggregation& node, const StepGrid& grid)
      : kind_(node.kind),
        parameter_(evaluation.scalar(*node.parameter, grid)),
        matrix_(evaluation, node, grid),
        steps_(grid.count) {
    if (kind_ == AggregationKind::LimitRatio)
      read_ratios(evaluation, node.parameter->position);
    else
      counts_ = counts_of(parameter_, steps_);
    for (const GroupedMatrix::Group& group : matrix_.groups()) {
      for (std::size_t step = 0; step < steps_; ++step) choose(group, step);
      if (steps_ > 1) order_.insert(order_.end(), group.members.begin(), group.members.end());
    }
  }

  bool next(StepSeries& out) override {
    while (at_ < order_.size()) {
      StepSeries& series = matrix_.series()[order_[at_++]];
      if (std::all_of(series.values.begin(), series.values.end(), is_absent)) continue;
      out = std::move(series);
      return true;
    }
    return false;
  }

 private:
  void read_ratios(Evaluation& evaluation, Position position) {
    for (double& ratio : parameter_.values) {
      if (std::isnan(ratio)) fail_query("Ratio value NaN is NaN");
      if (ratio >= -1 && ratio <= 1) continue;
      const double capped = ratio > 1 ? 1 : -1;
      evaluation.warn(fmt::format("ratio value should be between -1 and 1, got {}, capping to {}",
                                  format_value(ratio), format_value(capped)),
                      position);
      ratio = capped;
    }
  }

  void choose(const GroupedMatrix::Group& group, std::size_t step) {
    present_.clear();
    for (const std::size_t member : group.members)
      if (!is_absent(value(member, step))) present_.push_back(member);
    std::size_t kept = present_.size();
    if (kind_ == AggregationKind::LimitRatio) {
      const double ratio = parameter_.at(step);
      const auto end = std::stable_partition(
          present_.begin(), present_.end(),
          [&](std::size_t member) { return in_sample(matrix_.series()[member].labels, ratio); });
      kept = std::size_t(end - present_.begin());
    } else {
      if (kind_ != AggregationKind::Limitk) sort_present(step);
      const std::int64_t wanted = std::max<std::int64_t>(0, counts_[step]);
      kept = std::min(kept, std::size_t(wanted));
    }
    for (std::size_t i = kept; i < present_.size(); ++i)
      matrix_.series()[present_[i]].values[step] = absent_value();
    // A single step keeps the order of rank.
    if (steps_ == 1)
      order_.insert(order_.end(), present_.begin(), present_.begin() + std::ptrdiff_t(kept));
  }

  void sort_present(std::size_t step) {
    const bool largest_first = kind_ == AggregationKind::Topk;
    std::stable_sort(present_.begin(), present_.end(), [&](std::size_t x, std::size_t y) {
      const double a = value(x, step);
      const double b = value(y, step);
      if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
      return largest_first ? a > b : a < b;
    });
  }

  static bool in_sample(const Labels& labels, double ratio) {
    const double offset =
        double(stable_hash(labels)) / double(std::numeric_limits<std::uint64_t>::max());
    return ratio >= 0 ? offset < ratio : offset >= 1 + ratio;
  }

  double value(std::size_t series, std::size_t step) {
    return matrix_.series()[series].values[step];
  }

  const AggregationKind kind_;
  ScalarColumn parameter_;
  GroupedMatrix matrix_;
  const std::size_t steps_;
  std::vector<std::int64_t> counts_;
  std::vector<std::size_t> present_;  // of the group and step at hand
  std::vector<std::size_t> order_;    // in which series leave
  std::size_t at_ = 0;
};

class QuantileStream final : public SeriesStream {
 public:
  QuantileStream(Evaluation& evaluation, const Aggregation& node, const StepGrid& grid)
      : parameter_(evaluation.scalar(*node.parameter, grid)),
        matrix_(evaluation, node, grid),
        steps_(grid.count),
        one_name_(std::count(node.grouping.begin(), node.grouping.end(), kMetricName) == 0) {
    for (const double q : parameter_.values) {
      if (q >= 0 && q <= 1) continue;
      evaluation.warn(
          fmt::format("quantile value should be between 0 and 1, got {}", format_value(q)),
          node.parameter->position);
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
    Labels key = node_.without ? drop_labels(with_value, names) : keep_labels(with_value, names);
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
    return std::make_unique<QuantileStream>(evaluation, form, grid);
  if (form.kind == AggregationKind::CountValues)
    return std::make_unique<ValueCountStream>(evaluation, form, grid);
  return std::make_unique<ChoiceStream>(evaluation, form, grid);
}

}  // namespace lapwing::promql
