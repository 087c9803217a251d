#include "agent/promql/evaluation.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "agent/promql/functions/table.h"
#include "agent/promql/scalar.h"
#include "agent/promql/shared_parts.h"

namespace lapwing::promql {
namespace {

constexpr std::string_view kTooManySamples =
    "query processing would load too many samples into memory in query execution";
// What a series takes beside its values, in the size of a value: labels, vectors, an index entry.
constexpr std::uint64_t kPointsOfSeries = 16;
constexpr std::string_view kSameLabels = "vector cannot contain metrics with the same labelset";

// Keeps time arithmetic away from the ends of 64 bits; 100 million years.
constexpr std::int64_t kFarAwayMillis = 4'000'000'000'000'000'000;

/// A series of one step, shown at every step.
class BroadcastStream final : public SeriesStream {
 public:
  /// `counted` is what the inner stream counts, `counter` where that goes, for each step.
  BroadcastStream(Evaluation& evaluation, SeriesStreamPointer inner, std::size_t count,
                  SampleCounterPointer counted, SampleCounterPointer counter)
      : evaluation_(evaluation),
        inner_(std::move(inner)),
        count_(count),
        counted_(std::move(counted)),
        counter_(std::move(counter)) {}
  ~BroadcastStream() override {
    if (counter_ != nullptr) counter_->add_to_all(counted_->total());
  }
  bool next(StepSeries& out) override {
    const CounterScope scope(evaluation_.counter(), counted_);
    if (!inner_->next(one_)) return false;
    out.labels = one_.labels;
    out.values.assign(count_, one_.values[0]);
    return true;
  }
  bool one_name() const override { return inner_->one_name(); }

 private:
  Evaluation& evaluation_;
  SeriesStreamPointer inner_;
  std::size_t count_;
  const SampleCounterPointer counted_;
  const SampleCounterPointer counter_;
  StepSeries one_;
};

class MergeStream final : public SeriesStream {
 public:
  MergeStream(Evaluation& evaluation, SeriesStreamPointer inner)
      : inner_(std::move(inner)), merged_(evaluation) {}

  bool next(StepSeries& out) override {
    if (!drained_) drain();
    if (at_ >= merged_.series().size()) return false;
    out = std::move(merged_.series()[at_++]);
    return true;
  }
  bool one_name() const override { return false; }

 private:
  void drain() {
    drained_ = true;
    std::unordered_map<Labels, std::size_t> index;
    StepSeries series;
    while (inner_->next(series)) {
      const auto [found, fresh] = index.try_emplace(series.labels, merged_.series().size());
      if (fresh) {
        merged_.add(std::move(series));
        series = {};
        continue;
      }
      std::vector<double>& into = merged_.series()[found->second].values;
      for (std::size_t i = 0; i < into.size(); ++i) {
        if (is_absent(series.values[i])) continue;
        if (!is_absent(into[i])) fail_query(std::string(kSameLabels));
        into[i] = series.values[i];
      }
    }
  }

  SeriesStreamPointer inner_;
  HeldMatrix merged_;
  std::size_t at_ = 0;
  bool drained_ = false;
};

}  // namespace

void fail_query(std::string message) { throw QueryFailure{invalid(std::move(message))}; }

Evaluation::Evaluation(const SeriesSource& source, const EngineOptions& options, const Clock& clock,
                       const QueryContext& context, TimeRange query)
    : source_(source),
      options_(options),
      clock_(clock),
      context_(context),
      query_(query),
      lookback_(context.lookback > Duration(0) ? context.lookback : options.lookback) {}

Evaluation::~Evaluation() = default;

void Evaluation::share(const RepeatedParts* repeated) {
  if (repeated != nullptr) shared_ = std::make_unique<SharedParts>(*this, *repeated);
}

void Evaluation::count_samples(std::size_t steps) {
  if (context_.count_samples) counter_ = std::make_shared<SampleCounter>(steps);
}

SampleCounterPointer Evaluation::make_counter(std::size_t steps) const {
  return counter_ == nullptr ? nullptr : std::make_shared<SampleCounter>(steps);
}

QueryStats Evaluation::stats() const {
  QueryStats stats = stats_;
  if (counter_ != nullptr) stats.samples_at_step = counter_->at_step();
  return stats;
}

std::unique_ptr<SeriesSet> Evaluation::select(std::span<const Matcher> matchers, TimeRange range) {
  check_time();
  return checked(source_.select(matchers, range));
}

std::unique_ptr<SeriesSet> Evaluation::select_newest(std::span<const Matcher> matchers,
                                                     TimeRange range) {
  check_time();
  return checked(source_.select_newest(matchers, range));
}

std::unique_ptr<SeriesSet> Evaluation::checked(Result<std::unique_ptr<SeriesSet>> set) {
  if (!set) throw QueryFailure{std::move(set).error()};
  check_series_count((*set)->size());
  stats_.series += (*set)->size();
  return *std::move(set);
}

std::unique_ptr<SeriesSet> Evaluation::select_windows(const Node& matrix, TimeRange range) {
  if (shared_ != nullptr)
    if (auto set = shared_->selection(matrix, range)) return set;
  const Node& selector = *std::get<MatrixSelector>(matrix.form).selector;
  return select(std::get<VectorSelector>(selector.form).matchers, range);
}

void Evaluation::read(const SeriesSet& set, std::size_t index, Columns& out) {
  note_damage(set.read(index, out), set, index);
  take_samples(out.size());
}

bool Evaluation::read_minutes(const SeriesSet& set, std::size_t index, MinuteNeed need,
                              Minutes& out) {
  const auto given = set.read_minutes(index, need, out);
  if (!given) {
    note_damage(given.error(), set, index);
    return false;
  }
  if (*given) take_samples(out.size());
  return *given;
}

bool Evaluation::read_ends(const SeriesSet& set, std::size_t index, RangeEnds& out) {
  if (!set.read_ends(index, out)) return false;
  take_samples(out.count);
  return true;
}

void Evaluation::note_coarseness(const SeriesSet& set, const Node& selector) {
  const Duration coarsest = set.coarsest();
  if (coarsest == Duration(0)) return;
  inform(fmt::format("the answer is coarser than asked: samples older than the raw tier are kept "
                     "every {}",
                     format_duration(coarsest)),
         selector.position, selector);
}

void Evaluation::note_damage(const Result<void>& outcome, const SeriesSet& set, std::size_t index) {
  if (outcome) return;
  // Damage is worth a word, not the loss of everything that is still readable.
  if (outcome.error().kind != ErrorKind::Corrupt) throw QueryFailure{outcome.error()};
  damages_.insert(fmt::format("stored samples of {} are damaged: {}", set.labels(index).to_string(),
                              outcome.error().message));
}

void Evaluation::take_samples(std::uint64_t samples) {
  stats_.samples += samples;
  if (stats_.samples > options_.sample_limit) fail_query(std::string(kTooManySamples));
  // Decoding costs more than looking at what is decoded.
  take_work(samples + 256);
}

void Evaluation::look_at_time() {
  work_ = 0;
  check_time();
}

void Evaluation::check_time() const {
  if (context_.cancelled != nullptr && context_.cancelled->load(std::memory_order_relaxed))
    throw QueryFailure{unavailable("query was canceled in expression evaluation")};
  if (context_.deadline != std::chrono::nanoseconds::max() &&
      clock_.monotonic() >= context_.deadline)
    throw QueryFailure{unavailable("query timed out in expression evaluation")};
}

void Evaluation::take_points(std::uint64_t points) {
  points_held_ += points;
  stats_.peak_points = std::max(stats_.peak_points, points_held_);
  if (points_held_ > options_.point_limit ||
      points_held_ * sizeof(double) > options_.memory_limit_bytes)
    fail_query(std::string(kTooManySamples));
}

void Evaluation::check_series_count(std::uint64_t count) const {
  if (count > options_.series_limit)
    fail_query(
        fmt::format("query touches more than {} series in query execution", options_.series_limit));
}

void Evaluation::add_note(Notes& notes, std::string message, Position position, const Node& node) {
  const auto [found, fresh] = notes.try_emplace(std::move(message), Note{position, node.order});
  if (!fresh && found->second.order <= node.order) found->second = {position, node.order};
}

void Evaluation::warn(std::string message, Position position, const Node& node) {
  add_note(warnings_, std::move(message), position, node);
}

void Evaluation::inform(std::string message, Position position, const Node& node) {
  add_note(infos_, std::move(message), position, node);
}

std::vector<std::string> Evaluation::warnings() const {
  std::vector<std::string> out(damages_.begin(), damages_.end());
  for (const auto& [message, note] : warnings_)
    out.push_back(fmt::format("PromQL warning: {} ({}:{})", message, note.position.line,
                              note.position.column));
  return out;
}

std::vector<std::string> Evaluation::infos() const {
  std::vector<std::string> out;
  for (const auto& [message, note] : infos_)
    out.push_back(
        fmt::format("PromQL info: {} ({}:{})", message, note.position.line, note.position.column));
  return out;
}

std::optional<Timestamp> Evaluation::fixed_time(const AtModifier& at) const {
  switch (at.kind) {
    case AtModifier::Kind::None:
      return std::nullopt;
    case AtModifier::Kind::Start:
      return query_.from;
    case AtModifier::Kind::End:
      return query_.to;
    case AtModifier::Kind::Time:
      break;
  }
  return from_millis(std::clamp(to_millis(at.time), -kFarAwayMillis, kFarAwayMillis));
}

const std::string& Evaluation::text(const Node& node) const {
  return std::get<StringLiteral>(without_parentheses(node).form).text;
}

SeriesStreamPointer Evaluation::vector(const Node& node, const StepGrid& grid) {
  const Node& bare = without_parentheses(node);
  if (grid.count > 1 && is_step_invariant(bare)) {
    const StepGrid once{grid.first, grid.step, 1};
    const SampleCounterPointer counted = make_counter(1);
    SeriesStreamPointer inner;
    {
      const CounterScope scope(counter_, counted);
      inner = vector_of_each_step(bare, once);
    }
    return std::make_unique<BroadcastStream>(*this, std::move(inner), grid.count, counted,
                                             counter_);
  }
  return vector_of_each_step(bare, grid);
}

SeriesStreamPointer Evaluation::vector_of_each_step(const Node& node, const StepGrid& grid) {
  if (shared_ != nullptr)
    if (SeriesStreamPointer stream = shared_->stream(
            node, grid, [&](const Node& part) { return vector_by_form(part, grid); }))
      return stream;
  return vector_by_form(node, grid);
}

SeriesStreamPointer Evaluation::vector_by_form(const Node& node, const StepGrid& grid) {
  if (std::holds_alternative<VectorSelector>(node.form))
    return select_instant(*this, node, grid, false);
  if (const auto* unary = std::get_if<Unary>(&node.form)) {
    if (!unary->negative) return vector(*unary->operand, grid);
    return negate(*this, *unary, grid);
  }
  if (const auto* aggregation = std::get_if<Aggregation>(&node.form))
    return aggregation->parameter != nullptr ? rank_aggregate(*this, node, grid)
                                             : aggregate(*this, node, grid);
  if (const auto* binary = std::get_if<Binary>(&node.form)) {
    if (is_set_operator(binary->op)) return apply_set_operator(*this, *binary, grid);
    const bool vectors =
        type(*binary->left) == ValueType::Vector && type(*binary->right) == ValueType::Vector;
    return vectors ? match_vectors(*this, *binary, grid)
                   : combine_with_scalar(*this, *binary, grid);
  }
  const Function& function = *std::get<Call>(node.form).function;
  if (std::holds_alternative<RangeTask>(function.implementation))
    return apply_range_function(*this, node, grid);
  if (std::holds_alternative<ElementTask>(function.implementation))
    return apply_element_function(*this, node, grid);
  return std::get<StreamFunction>(function.implementation)(*this, node, grid);
}

RangeStreamPointer Evaluation::range(const Node& node, const StepGrid& grid) {
  const Node& bare = without_parentheses(node);
  if (const auto* subquery = std::get_if<Subquery>(&bare.form))
    return subquery_range(*this, *subquery, grid);
  return select_range(*this, bare, grid);
}

void HeldMatrix::add_all(SeriesStream& stream) {
  StepSeries series;
  while (stream.next(series)) {
    add(std::move(series));
    series = {};
  }
}

void HeldMatrix::add(StepSeries&& series) {
  const std::uint64_t points = series.values.size() + kPointsOfSeries;
  evaluation_.take_points(points);
  points_ += points;
  series_.push_back(std::move(series));
  evaluation_.check_series_count(series_.size());
}

void HeldMatrix::clear() {
  evaluation_.release_points(points_);
  points_ = 0;
  series_.clear();
}

void UniqueLabels::add(const Labels& labels) {
  if (!seen_.insert(labels).second) fail_query(std::string(kSameLabels));
}

SeriesStreamPointer merge_equal_labels(Evaluation& evaluation, SeriesStreamPointer stream) {
  return std::make_unique<MergeStream>(evaluation, std::move(stream));
}

Labels without_name(const Labels& labels) { return labels.without(kMetricName); }

bool is_step_invariant(const Node& node) {
  struct Visitor {
    bool operator()(const NumberLiteral&) const { return true; }
    bool operator()(const StringLiteral&) const { return true; }
    bool operator()(const VectorSelector& selector) const {
      return selector.at.kind != AtModifier::Kind::None;
    }
    bool operator()(const MatrixSelector& matrix) const {
      return is_step_invariant(*matrix.selector);
    }
    bool operator()(const Subquery& subquery) const {
      return subquery.at.kind != AtModifier::Kind::None;
    }
    bool operator()(const Call& call) const {
      const auto* element = std::get_if<ElementTask>(&call.function->implementation);
      if (element != nullptr && element->defaults_to_time && call.arguments.empty()) return false;
      const std::string_view function = call.function->name;
      if (function == "time" || function == "timestamp" || function == "predict_linear")
        return false;
      return std::all_of(call.arguments.begin(), call.arguments.end(),
                         [](const NodePointer& argument) { return is_step_invariant(*argument); });
    }
    bool operator()(const Unary& unary) const { return is_step_invariant(*unary.operand); }
    bool operator()(const Paren& paren) const { return is_step_invariant(*paren.inner); }
    bool operator()(const Binary& binary) const {
      return is_step_invariant(*binary.left) && is_step_invariant(*binary.right);
    }
    bool operator()(const Aggregation& aggregation) const {
      // The parameter does not count, in Prometheus either: its value at the first step serves all.
      return is_step_invariant(*aggregation.operand);
    }
  };
  return std::visit(Visitor(), node.form);
}

}  // namespace lapwing::promql
