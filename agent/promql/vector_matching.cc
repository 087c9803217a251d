// Arithmetic and comparison between two vectors. The side that must be unique is held, the other
// one streams past it. Rules and messages are Prometheus's: all of them hold for each step alone.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "agent/promql/evaluation.h"
#include "agent/promql/grouping.h"
#include "agent/promql/lexer.h"
#include "agent/promql/scalar.h"

namespace lapwing::promql {
namespace {

using Cardinality = VectorMatching::Cardinality;

/// `{__name__="x", a="b"}`: the form that the messages have.
std::string braced(const Labels& labels) {
  std::string out = "{";
  for (const Label label : labels) {
    if (out.size() > 1) out += ", ";
    out += is_legacy_label_name(label.name) ? std::string(label.name) : quote(label.name);
    out += '=';
    out += quote(label.value);
  }
  return out + "}";
}

class MatchStream final : public SeriesStream {
 public:
  MatchStream(Evaluation& evaluation, const Binary& node, const StepGrid& grid)
      : evaluation_(evaluation),
        node_(node),
        matching_(node.matching),
        grid_(grid),
        one_is_left_(matching_.cardinality == Cardinality::OneToMany),
        one_(evaluation),
        result_(evaluation) {}

  bool next(StepSeries& out) override {
    if (!matched_) match();
    while (at_ < result_.series().size()) {
      out = std::move(result_.series()[at_++]);
      return true;
    }
    return false;
  }
  bool one_name() const override {
    return drops_name() ||
           (matching_.cardinality == Cardinality::OneToOne && matching_.on &&
            std::count(matching_.labels.begin(), matching_.labels.end(), kMetricName) == 0);
  }

 private:
  struct MatchGroup {
    std::vector<std::size_t> members;  // of one_
    std::vector<bool> taken;           // steps that have a result, for one-to-one matching
  };
  struct Origin {
    std::size_t series = 0;  // of result_
    std::size_t group = 0;
  };

  bool drops_name() const { return node_.return_bool || !is_comparison(node_.op); }

  Labels signature(const Labels& labels) const {
    return matching_.on ? keep_labels(labels, matching_.labels)
                        : drop_labels(labels, matching_.labels);
  }

  void match() {
    matched_ = true;
    hold_one_side();
    const SeriesStreamPointer many =
        evaluation_.vector(one_is_left_ ? *node_.right : *node_.left, grid_);
    StepSeries series;
    // To its end even when nothing can match: its errors and notes are the query's.
    while (many->next(series)) {
      refuse_duplicates(series);
      const auto found = index_.find(signature(series.labels));
      if (found == index_.end()) continue;
      for (const std::size_t member : groups_[found->second].members)
        combine(series, one_.series()[member], found->second);
    }
    one_.clear();
  }

  void hold_one_side() {
    one_.add_all(*evaluation_.vector(one_is_left_ ? *node_.left : *node_.right, grid_));
    for (std::size_t i = 0; i < one_.series().size(); ++i) {
      Labels key = signature(one_.series()[i].labels);
      const auto [found, fresh] = index_.try_emplace(key, groups_.size());
      if (fresh) groups_.push_back({});
      MatchGroup& group = groups_[found->second];
      for (const std::size_t other : group.members) note_duplicates(key, i, other);
      group.members.push_back(i);
    }
  }

  /// Remembers the steps at which both series of one match group have values.
  void note_duplicates(const Labels& key, std::size_t later, std::size_t earlier) {
    const StepSeries& a = one_.series()[later];
    const StepSeries& b = one_.series()[earlier];
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(a.values[step]) || is_absent(b.values[step])) continue;
      if (duplicates_.contains(step)) continue;
      duplicates_[step] = fmt::format(
          "found duplicate series for the match group {} on the {} hand-side of the operation: "
          "[{}, {}];many-to-many matching not allowed: matching labels must be unique on one side",
          braced(key), one_is_left_ ? "left" : "right", braced(a.labels), braced(b.labels));
    }
  }

  /// A duplicate counts only at steps where the other side has anything at all.
  void refuse_duplicates(const StepSeries& many) const {
    for (const auto& [step, message] : duplicates_)
      if (!is_absent(many.values[step])) fail_query(message);
  }

  void combine(const StepSeries& many, const StepSeries& one, std::size_t group) {
    std::vector<double> values(grid_.count, absent_value());
    bool any = false;
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(many.values[step]) || is_absent(one.values[step])) continue;
      const double left = one_is_left_ ? one.values[step] : many.values[step];
      const double right = one_is_left_ ? many.values[step] : one.values[step];
      values[step] = evaluate(left, right);
      any = any || !is_absent(values[step]);
    }
    if (!any) return;
    if (matching_.cardinality == Cardinality::OneToOne) take_steps(groups_[group], values);
    add_result(result_labels(many.labels, one.labels), std::move(values), group);
  }

  double evaluate(double left, double right) const {
    if (!is_comparison(node_.op)) return compute(node_.op, left, right);
    const bool holds = compare(node_.op, left, right);
    if (node_.return_bool) return holds ? 1 : 0;
    return holds ? left : absent_value();
  }

  void take_steps(MatchGroup& group, const std::vector<double>& values) const {
    group.taken.resize(grid_.count);
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(values[step])) continue;
      if (group.taken[step])
        fail_query(
            "multiple matches for labels: many-to-one matching must be explicit "
            "(group_left/group_right)");
      group.taken[step] = true;
    }
  }

  Labels result_labels(const Labels& many, const Labels& one) const {
    if (matching_.cardinality == Cardinality::OneToOne) {
      if (matching_.on) {
        Labels kept = keep_labels(many, matching_.labels);
        return drops_name() ? without_name(kept) : kept;
      }
      LabelsBuilder labels(many);
      for (const std::string& label : matching_.labels) labels.remove(label);
      if (drops_name()) labels.remove(kMetricName);
      return labels.build();
    }
    LabelsBuilder labels(many);
    if (drops_name()) labels.remove(kMetricName);
    for (const std::string& label : matching_.include) labels.set(label, one.get(label));
    return labels.build();
  }

  void add_result(Labels labels, std::vector<double> values, std::size_t group) {
    const auto [found, fresh] =
        origins_.try_emplace(labels, Origin{result_.series().size(), group});
    if (fresh) {
      result_.add({std::move(labels), std::move(values)});
      return;
    }
    std::vector<double>& into = result_.series()[found->second.series].values;
    for (std::size_t step = 0; step < grid_.count; ++step) {
      if (is_absent(values[step])) continue;
      if (!is_absent(into[step]))
        fail_query(found->second.group == group
                       ? "multiple matches for labels: grouping labels must ensure unique matches"
                       : "vector cannot contain metrics with the same labelset");
      into[step] = values[step];
    }
  }

  Evaluation& evaluation_;
  const Binary& node_;
  const VectorMatching& matching_;
  const StepGrid grid_;
  const bool one_is_left_;
  HeldMatrix one_;
  std::unordered_map<Labels, std::size_t> index_;  // signature → groups_
  std::vector<MatchGroup> groups_;
  std::map<std::size_t, std::string> duplicates_;  // step → what to say
  HeldMatrix result_;
  std::unordered_map<Labels, Origin> origins_;
  std::size_t at_ = 0;
  bool matched_ = false;
};

}  // namespace

SeriesStreamPointer match_vectors(Evaluation& evaluation, const Binary& node,
                                  const StepGrid& grid) {
  return std::make_unique<MatchStream>(evaluation, node, grid);
}

}  // namespace lapwing::promql
