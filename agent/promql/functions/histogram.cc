// histogram_quantile over classic histograms: series that differ in `le` only are the buckets of
// one histogram.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "agent/base/number.h"
#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"
#include "agent/promql/lexer.h"

namespace lapwing::promql {
namespace {

constexpr double kBucketInfinity = std::numeric_limits<double>::infinity();
constexpr double kNoQuantile = std::numeric_limits<double>::quiet_NaN();

/// Falls between buckets up to this share of their sum come from rounding, not from the data.
constexpr double kRoundingTolerance = 1e-12;

struct Bucket {
  double bound = 0;
  double count = 0;
};

/// Sums buckets of equal bounds; they are sorted by bound.
void join_equal_bounds(std::vector<Bucket>& buckets) {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].bound == buckets[kept].bound)
      buckets[kept].count += buckets[i].count;
    else
      buckets[++kept] = buckets[i];
  }
  buckets.resize(kept + 1);
}

bool nearly_equal(double a, double b) {
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  constexpr double kSmallest = std::numeric_limits<double>::min();
  const double total = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  if (a == 0 || b == 0 || total < kSmallest) return difference < kRoundingTolerance * kSmallest;
  return difference / std::min(total, std::numeric_limits<double>::max()) < kRoundingTolerance;
}

/// Makes counts rise; true when more than rounding had to be repaired.
bool make_monotonic(std::vector<Bucket>& buckets) {
  bool forced = false;
  double previous = buckets[0].count;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    const double count = buckets[i].count;
    if (count == previous) continue;
    if (nearly_equal(previous, count)) {
      buckets[i].count = previous;
    } else if (count < previous) {
      buckets[i].count = previous;
      forced = true;
    } else {
      previous = count;
    }
  }
  return forced;
}

void sort_buckets(std::vector<Bucket>& buckets) {
  std::stable_sort(buckets.begin(), buckets.end(),
                   [](const Bucket& a, const Bucket& b) { return a.bound < b.bound; });
}

/// The share of observations in (lower, upper], linear inside a bucket; the lowest bucket begins
/// at -Inf.
double fraction_of_buckets(double lower, double upper, std::vector<Bucket>& buckets) {
  sort_buckets(buckets);
  if (buckets.back().bound != kBucketInfinity) return kNoQuantile;
  join_equal_bounds(buckets);
  const double observations = buckets.back().count;
  if (observations == 0 || std::isnan(lower) || std::isnan(upper)) return kNoQuantile;
  if (lower >= upper) return 0;
  const auto rank_of = [&](double value) {
    double below = -kBucketInfinity;
    double rank = 0;
    for (const Bucket& bucket : buckets) {
      if (below >= value) return rank;
      if (bucket.bound > value)
        return rank + (bucket.count - rank) * (value - below) / (bucket.bound - below);
      rank = bucket.count;
      below = bucket.bound;
    }
    return observations;
  };
  const double from = rank_of(lower);
  const double to = rank_of(upper);
  return ((to > observations ? observations : to) - (from > observations ? observations : from)) /
         observations;
}

double quantile_of_buckets(double q, std::vector<Bucket>& buckets, bool& forced) {
  if (std::isnan(q)) return kNoQuantile;
  if (q < 0) return -kBucketInfinity;
  if (q > 1) return kBucketInfinity;
  sort_buckets(buckets);
  if (buckets.back().bound != kBucketInfinity) return kNoQuantile;
  join_equal_bounds(buckets);
  forced = make_monotonic(buckets) || forced;
  if (buckets.size() < 2) return kNoQuantile;
  const double observations = buckets.back().count;
  if (observations == 0) return kNoQuantile;
  double rank = q * observations;
  std::size_t index = 0;
  while (index + 1 < buckets.size() && !(buckets[index].count >= rank)) ++index;
  if (index + 1 == buckets.size()) return buckets[index - 1].bound;
  if (index == 0 && buckets[0].bound <= 0) return buckets[0].bound;
  double start = 0;
  double count = buckets[index].count;
  if (index > 0) {
    start = buckets[index - 1].bound;
    count -= buckets[index - 1].count;
    rank -= buckets[index - 1].count;
  }
  return start + (buckets[index].bound - start) * (rank / count);
}

/// The bucket bounds that `le` may hold; NoData-like absence is nullopt.
std::optional<double> bound_of(std::string_view le) {
  const auto bound = parse_value(le);
  if (!bound) return std::nullopt;
  return *bound;
}

struct Histogram {
  Labels labels;
  std::string metric;
  std::vector<std::pair<double, std::size_t>> buckets;  // bound, index of the held series
};

enum class Question { Quantile, Fraction };

class HistogramStream final : public SeriesStream {
 public:
  HistogramStream(Evaluation& evaluation, const Node& node, const StepGrid& grid, Question question)
      : evaluation_(evaluation), node_(node), question_(question), held_(evaluation) {
    const Call& call = std::get<Call>(node.form);
    for (const NodePointer& argument : call.arguments)
      if (type(*argument) == ValueType::Scalar)
        scalars_.push_back(evaluation.scalar(*argument, grid));
    position_ = without_parentheses(*call.arguments.back()).position;
    if (question_ == Question::Quantile) warn_of_quantile(call.arguments[0]->position);
    held_.add_all(*evaluation.vector(*call.arguments.back(), grid));
    collect();
  }

  bool next(StepSeries& out) override {
    while (at_ < histograms_.size()) {
      const Histogram& histogram = histograms_[at_++];
      evaluation_.check_time();
      if (!fill(histogram, out.values)) continue;
      out.labels = histogram.labels;
      return true;
    }
    return false;
  }
  bool one_name() const override { return true; }
  /// Histograms of several metrics may come to the same labels.
  bool may_repeat_labels() const { return several_metrics_; }

 private:
  void warn_of_quantile(Position position) {
    for (const double q : scalars_[0].values) {
      if (q >= 0 && q <= 1) continue;
      evaluation_.warn(
          fmt::format("quantile value should be between 0 and 1, got {}", format_value(q)),
          position, node_);
      return;
    }
  }

  void collect() {
    std::unordered_map<Labels, std::size_t> index;
    for (std::size_t i = 0; i < held_.series().size(); ++i) {
      const Labels& labels = held_.series()[i].labels;
      const std::optional<double> bound = bound_of(labels.get("le"));
      if (!bound) {
        evaluation_.warn(
            fmt::format("bucket label \"le\" is missing or has a malformed value of {} for metric "
                        "name {}",
                        quote(labels.get("le")), quote(labels.metric_name())),
            position_, node_);
        continue;
      }
      Labels key = LabelsBuilder(labels).remove("le").build();
      const auto [found, fresh] = index.try_emplace(key, histograms_.size());
      if (fresh) {
        const std::string_view metric = labels.metric_name();
        several_metrics_ |= !histograms_.empty() && metric != histograms_[0].metric;
        histograms_.push_back({without_name(key), std::string(metric), {}});
      }
      histograms_[found->second].buckets.emplace_back(*bound, i);
    }
  }

  bool fill(const Histogram& histogram, std::vector<double>& values) {
    const std::size_t steps = held_.series()[histogram.buckets[0].second].values.size();
    values.assign(steps, absent_value());
    bool any = false;
    for (std::size_t step = 0; step < steps; ++step) {
      buckets_.clear();
      for (const auto& [bound, series] : histogram.buckets) {
        const double count = held_.series()[series].values[step];
        if (!is_absent(count)) buckets_.push_back({bound, count});
      }
      if (buckets_.empty()) continue;
      if (question_ == Question::Fraction) {
        values[step] = fraction_of_buckets(scalars_[0].at(step), scalars_[1].at(step), buckets_);
      } else {
        bool forced = false;
        values[step] = quantile_of_buckets(scalars_[0].at(step), buckets_, forced);
        // Prometheus knows the name only at the histogram's first step; the notes stay comparable.
        if (forced) note_forced(any ? std::string_view() : histogram.metric);
      }
      any = true;
    }
    return any;
  }

  void note_forced(std::string_view metric) {
    evaluation_.inform(
        fmt::format("input to histogram_quantile needed to be fixed for monotonicity (see "
                    "https://prometheus.io/docs/prometheus/latest/querying/functions/"
                    "#histogram_quantile) for metric name {}",
                    quote(metric)),
        position_, node_);
  }

  Evaluation& evaluation_;
  const Node& node_;
  const Question question_;
  Position position_;
  std::vector<ScalarColumn> scalars_;
  HeldMatrix held_;
  std::vector<Histogram> histograms_;
  std::vector<Bucket> buckets_;
  std::size_t at_ = 0;
  bool several_metrics_ = false;
};

SeriesStreamPointer histogram_stream(Evaluation& evaluation, const Node& node, const StepGrid& grid,
                                     Question question) {
  auto stream = std::make_unique<HistogramStream>(evaluation, node, grid, question);
  if (!stream->may_repeat_labels()) return stream;
  return merge_equal_labels(evaluation, std::move(stream));
}

}  // namespace

SeriesStreamPointer function_histogram_quantile(Evaluation& evaluation, const Node& node,
                                                const StepGrid& grid) {
  return histogram_stream(evaluation, node, grid, Question::Quantile);
}

SeriesStreamPointer function_histogram_fraction(Evaluation& evaluation, const Node& node,
                                                const StepGrid& grid) {
  return histogram_stream(evaluation, node, grid, Question::Fraction);
}

}  // namespace lapwing::promql
