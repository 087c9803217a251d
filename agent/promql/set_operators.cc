// and, or, unless: which label signatures the other side has at each step decides.
#include <unordered_map>

#include "agent/promql/evaluation.h"
#include "agent/promql/grouping.h"

namespace lapwing::promql {
namespace {

/// The steps at which each signature has a value.
class Presence {
 public:
  Presence(Evaluation& evaluation, const VectorMatching& matching, std::size_t steps)
      : evaluation_(evaluation), matching_(matching), steps_(steps) {}
  ~Presence() { evaluation_.release_points(points_); }
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  void add(const StepSeries& series) {
    const auto [found, fresh] = steps_of_.try_emplace(signature(series.labels));
    if (fresh) {
      evaluation_.take_points(steps_ / 64 + 1);
      points_ += steps_ / 64 + 1;
      found->second.resize(steps_);
    }
    for (std::size_t step = 0; step < steps_; ++step)
      if (!is_absent(series.values[step])) found->second[step] = true;
  }

  /// Makes `series` absent where its signature's presence is not `wanted`; false if nothing is
  /// left.
  bool filter(StepSeries& series, bool wanted) const {
    const auto found = steps_of_.find(signature(series.labels));
    if (found == steps_of_.end()) return !wanted;
    bool any = false;
    for (std::size_t step = 0; step < steps_; ++step) {
      if (found->second[step] != wanted) series.values[step] = absent_value();
      any = any || !is_absent(series.values[step]);
    }
    return any;
  }

 private:
  Labels signature(const Labels& labels) const {
    return matching_.on ? keep_labels(labels, matching_.labels)
                        : drop_labels(labels, matching_.labels);
  }

  Evaluation& evaluation_;
  const VectorMatching& matching_;
  const std::size_t steps_;
  std::unordered_map<Labels, std::vector<bool>> steps_of_;
  std::uint64_t points_ = 0;
};

class FilterStream final : public SeriesStream {
 public:
  FilterStream(Evaluation& evaluation, const Binary& node, const StepGrid& grid)
      : right_(evaluation, node.matching, grid.count), wanted_(node.op == Operator::And) {
    const SeriesStreamPointer input = evaluation.vector(*node.right, grid);
    StepSeries series;
    while (input->next(series)) right_.add(series);
    left_ = evaluation.vector(*node.left, grid);
  }

  bool next(StepSeries& out) override {
    while (left_->next(out))
      if (right_.filter(out, wanted_)) return true;
    return false;
  }
  bool one_name() const override { return left_->one_name(); }

 private:
  Presence right_;
  const bool wanted_;
  SeriesStreamPointer left_;
};

class UnionStream final : public SeriesStream {
 public:
  UnionStream(Evaluation& evaluation, const Binary& node, const StepGrid& grid)
      : left_signatures_(evaluation, node.matching, grid.count),
        left_(evaluation.vector(*node.left, grid)),
        right_(evaluation.vector(*node.right, grid)) {}

  bool next(StepSeries& out) override {
    if (left_->next(out)) {
      left_signatures_.add(out);
      return true;
    }
    while (right_->next(out))
      if (left_signatures_.filter(out, false)) return true;
    return false;
  }

 private:
  Presence left_signatures_;
  SeriesStreamPointer left_;
  SeriesStreamPointer right_;
};

}  // namespace

SeriesStreamPointer apply_set_operator(Evaluation& evaluation, const Binary& node,
                                       const StepGrid& grid) {
  if (node.op != Operator::Or) return std::make_unique<FilterStream>(evaluation, node, grid);
  // A series may come from both sides, each at steps of its own.
  return merge_equal_labels(evaluation, std::make_unique<UnionStream>(evaluation, node, grid));
}

}  // namespace lapwing::promql
