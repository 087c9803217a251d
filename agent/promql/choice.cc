// topk, bottomk, limitk, limit_ratio: series pass by once, and only what is chosen is held. Ties
// end as in Prometheus, whose heap is Go's container/heap.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "agent/base/number.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/grouping.h"
#include "agent/promql/label_hash.h"

namespace lapwing::promql {
namespace {

/// topk's parameter as a whole number, at least 0.
std::size_t count_of(double value) {
  constexpr double kLimit = 9223372036854775807.0;
  if (std::isnan(value) || value >= kLimit)
    fail_query(fmt::format("Scalar value {} overflows int64", format_value(value)));
  if (value <= -kLimit)
    fail_query(fmt::format("Scalar value {} underflows int64", format_value(value)));
  return value < 1 ? 0 : static_cast<std::size_t>(value);
}

constexpr std::size_t kUnknown = std::numeric_limits<std::size_t>::max();

struct Candidate {
  double value = 0;
  std::size_t series = 0;
};

/// The candidates of one group at one step; the worst is at the root.
class ChoiceHeap {
 public:
  /// Whether it was taken.
  bool offer(Candidate candidate, std::size_t limit, bool largest) {
    if (heap_.size() < limit) {
      heap_.push_back(candidate);
      rise(largest);
      return true;
    }
    if (limit == 0) return false;
    const double root = heap_[0].value;
    const bool better = largest ? root < candidate.value : root > candidate.value;
    if (!better && !(std::isnan(root) && !std::isnan(candidate.value))) return false;
    heap_[0] = candidate;
    sink(largest);
    return true;
  }
  std::vector<Candidate>& candidates() { return heap_; }

 private:
  static bool is_worse(const Candidate& a, const Candidate& b, bool largest) {
    if (std::isnan(a.value)) return true;
    return largest ? a.value < b.value : a.value > b.value;
  }
  void rise(bool largest) {
    std::size_t at = heap_.size() - 1;
    while (at > 0) {
      const std::size_t parent = (at - 1) / 2;
      if (!is_worse(heap_[at], heap_[parent], largest)) return;
      std::swap(heap_[at], heap_[parent]);
      at = parent;
    }
  }
  void sink(bool largest) {
    std::size_t at = 0;
    while (2 * at + 1 < heap_.size()) {
      std::size_t child = 2 * at + 1;
      if (child + 1 < heap_.size() && is_worse(heap_[child + 1], heap_[child], largest)) ++child;
      if (!is_worse(heap_[child], heap_[at], largest)) return;
      std::swap(heap_[at], heap_[child]);
      at = child;
    }
  }

  std::vector<Candidate> heap_;
};

class ChoiceStream final : public SeriesStream {
 public:
  ChoiceStream(Evaluation& evaluation, const Aggregation& node, const StepGrid& grid)
      : evaluation_(evaluation),
        node_(node),
        grid_(grid),
        parameter_(evaluation.scalar(*node.parameter, grid)),
        limits_(parameter_.values.size(), kUnknown) {
    const SeriesStreamPointer input = evaluation.vector(*node.operand, grid);
    StepSeries series;
    while (input->next(series)) offer(series);
    collect();
  }
  ~ChoiceStream() override { evaluation_.release_points(points_); }

  bool next(StepSeries& out) override {
    if (at_ >= order_.size()) return false;
    const std::size_t number = order_[at_++];
    out.labels = labels_[number];
    out.values.assign(grid_.count, absent_value());
    for (const auto& [step, value] : chosen_[number]) out.values[step] = value;
    return true;
  }

 private:
  struct Group {
    std::vector<ChoiceHeap> steps;
  };

  void offer(const StepSeries& series) {
    Group& group = group_of(series.labels);
    const bool largest = node_.kind == AggregationKind::Topk;
    const std::size_t number = labels_.size();
    bool taken = false;
    for (std::size_t step = 0; step < grid_.count; ++step) {
      const double value = series.values[step];
      if (is_absent(value)) continue;
      const std::size_t limit = limit_at(step);
      ChoiceHeap& heap = group.steps[step];
      const std::size_t before = heap.candidates().size();
      if (node_.kind == AggregationKind::Limitk && before >= limit) continue;
      if (!heap.offer({value, number}, limit, largest)) continue;
      taken = true;
      new_points_ += heap.candidates().size() - before;
    }
    if (new_points_ > 0) {
      evaluation_.take_points(new_points_);
      points_ += new_points_;
      new_points_ = 0;
    }
    if (taken) labels_.push_back(series.labels);
  }

  /// The parameter matters, and may be wrong, only where there is something to choose from.
  std::size_t limit_at(std::size_t step) {
    std::size_t& limit = limits_[limits_.size() == 1 ? 0 : step];
    if (limit == kUnknown) limit = count_of(parameter_.at(step));
    return limit;
  }

  Group& group_of(const Labels& labels) {
    Labels key = group_key(labels, node_.grouping, node_.without);
    const auto [found, fresh] = index_.try_emplace(std::move(key), groups_.size());
    if (fresh) {
      evaluation_.take_points(2 * grid_.count);
      points_ += 2 * grid_.count;
      groups_.push_back({std::vector<ChoiceHeap>(grid_.count)});
    }
    return groups_[found->second];
  }

  /// From heaps a step to values a series; a single step keeps the order of rank.
  void collect() {
    chosen_.resize(labels_.size());
    for (Group& group : groups_) {
      for (std::size_t step = 0; step < grid_.count; ++step) {
        std::vector<Candidate>& candidates = group.steps[step].candidates();
        if (grid_.count == 1) rank(candidates);
        for (const Candidate& candidate : candidates) {
          chosen_[candidate.series].emplace_back(step, candidate.value);
          if (grid_.count == 1) order_.push_back(candidate.series);
        }
        candidates = {};
      }
    }
    if (grid_.count == 1) return;
    for (std::size_t number = 0; number < labels_.size(); ++number)
      if (!chosen_[number].empty()) order_.push_back(number);
  }

  void rank(std::vector<Candidate>& candidates) const {
    std::sort(candidates.begin(), candidates.end(), [&](const Candidate& x, const Candidate& y) {
      if (node_.kind == AggregationKind::Limitk) return x.series < y.series;
      const bool x_odd = std::isnan(x.value);
      const bool y_odd = std::isnan(y.value);
      if (x_odd != y_odd) return y_odd;
      if (x_odd || x.value == y.value) return x.series < y.series;
      return node_.kind == AggregationKind::Topk ? x.value > y.value : x.value < y.value;
    });
  }

  Evaluation& evaluation_;
  const Aggregation& node_;
  const StepGrid grid_;
  const ScalarColumn parameter_;
  std::vector<std::size_t> limits_;  // of each step, or one for all
  std::unordered_map<Labels, std::size_t> index_;
  std::vector<Group> groups_;
  std::vector<Labels> labels_;  // of series that were chosen once at least
  std::vector<std::vector<std::pair<std::size_t, double>>> chosen_;  // step and value
  std::vector<std::size_t> order_;
  std::uint64_t points_ = 0;
  std::uint64_t new_points_ = 0;
  std::size_t at_ = 0;
};

/// Passes each series on or not by a hash of its labels.
class RatioStream final : public SeriesStream {
 public:
  RatioStream(Evaluation& evaluation, const Node& node, const StepGrid& grid)
      : parameter_(evaluation.scalar(*std::get<Aggregation>(node.form).parameter, grid)),
        input_(evaluation.vector(*std::get<Aggregation>(node.form).operand, grid)) {
    const Position position = std::get<Aggregation>(node.form).parameter->position;
    for (double& ratio : parameter_.values) {
      if (!(ratio < -1 || ratio > 1)) continue;
      const double capped = ratio > 1 ? 1 : -1;
      evaluation.warn(fmt::format("ratio value should be between -1 and 1, got {}, capping to {}",
                                  format_value(ratio), format_value(capped)),
                      position, node);
      ratio = capped;
    }
  }

  bool next(StepSeries& out) override {
    while (input_->next(out)) {
      const double place =
          double(stable_hash(out.labels)) / double(std::numeric_limits<std::uint64_t>::max());
      bool any = false;
      for (std::size_t step = 0; step < out.values.size(); ++step) {
        if (is_absent(out.values[step])) continue;
        const double ratio = parameter_.at(step);
        if (std::isnan(ratio)) fail_query("Ratio value NaN is NaN");
        if (!(ratio >= 0 ? place < ratio : place >= 1 + ratio)) out.values[step] = absent_value();
        any = any || !is_absent(out.values[step]);
      }
      if (any) return true;
    }
    return false;
  }
  bool one_name() const override { return input_->one_name(); }

 private:
  ScalarColumn parameter_;
  SeriesStreamPointer input_;
};

}  // namespace

SeriesStreamPointer choose_series(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  const auto& form = std::get<Aggregation>(node.form);
  if (form.kind == AggregationKind::LimitRatio)
    return std::make_unique<RatioStream>(evaluation, node, grid);
  return std::make_unique<ChoiceStream>(evaluation, form, grid);
}

}  // namespace lapwing::promql
