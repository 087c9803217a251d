// Evaluation: one query while it runs: what its parts share (source, limits, deadline, notes)
// and the step from a syntax node to a stream of series over the step grid.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "agent/base/result.h"
#include "agent/promql/ast.h"
#include "agent/promql/engine.h"
#include "agent/promql/sample_counter.h"
#include "agent/promql/step_series.h"
#include "agent/promql/window.h"

namespace lapwing::promql {

/// Ends a query; thrown inside the evaluator only, the Engine turns it into its Result.
struct QueryFailure {
  Error error;
};

struct RepeatedParts;  // repeated_parts.h
class SharedParts;     // shared_parts.h

[[noreturn]] void fail_query(std::string message);

/// Used by one thread. Streams and columns that it gives refer to it and to the nodes.
class Evaluation {
 public:
  /// All references must outlive it. `query` is what start() and end() mean; its end need not be a
  /// step of the grid.
  Evaluation(const SeriesSource& source, const EngineOptions& options, const Clock& clock,
             const QueryContext& context, TimeRange query);
  ~Evaluation();

  /// Before anything is evaluated: what comes more than once in the tree is then evaluated once.
  /// Null: nothing does. It and the tree must outlive the Evaluation.
  void share(const RepeatedParts* repeated);

  /// Before anything is evaluated; counts only when the context asks for it.
  void count_samples(std::size_t steps);
  /// The current one: what is set up now counts there. May be null.
  SampleCounterPointer& counter() { return counter_; }
  /// For a part of the query that is counted apart; null while nothing is counted.
  SampleCounterPointer make_counter(std::size_t steps) const;

  // All throw QueryFailure.
  SeriesStreamPointer vector(const Node& node, const StepGrid& grid);
  ScalarColumn scalar(const Node& node, const StepGrid& grid);
  RangeStreamPointer range(const Node& node, const StepGrid& grid);
  const std::string& text(const Node& node) const;

  std::unique_ptr<SeriesSet> select(std::span<const Matcher> matchers, TimeRange range);
  /// Of whose series the newest sample alone is needed.
  std::unique_ptr<SeriesSet> select_newest(std::span<const Matcher> matchers, TimeRange range);
  /// The same for a range selector, which may share what it selects with an equal one.
  std::unique_ptr<SeriesSet> select_windows(const Node& matrix, TimeRange range);
  /// Tells the user when part of what read() gives of the selector's series is kept in buckets
  /// only.
  void note_coarseness(const SeriesSet& set, const Node& selector);
  /// One series' samples; counts them against the limit and looks at the deadline.
  void read(const SeriesSet& set, std::size_t index, Columns& out);
  /// The same of its minutes; false when the source has none that are exact.
  bool read_minutes(const SeriesSet& set, std::size_t index, MinuteNeed need, Minutes& out);
  /// The same of what a single window comes to; false when its samples must be read.
  bool read_ends(const SeriesSet& set, std::size_t index, RangeEnds& out);
  /// Counts what a loop did, in samples, and looks at the deadline now and then.
  void take_work(std::size_t samples) {
    work_ += samples + 1;
    if (work_ >= kWorkBetweenLooks) look_at_time();
  }
  /// Throws when time is up or the query was cancelled.
  void check_time() const;
  /// Accounts for values kept in memory; throws past the limits. A sample of a result, which has a
  /// time beside it, counts twice.
  void take_points(std::uint64_t points);
  void release_points(std::uint64_t points) { points_held_ -= points; }
  /// Throws when a result or operand has more series than allowed.
  void check_series_count(std::uint64_t count) const;

  /// Notes of `node` that point at a place in the text. Of equal messages the one of the node
  /// that is evaluated last is kept (Prometheus).
  void warn(std::string message, Position position, const Node& node);
  void inform(std::string message, Position position, const Node& node);

  Duration lookback() const { return lookback_; }
  Duration subquery_step() const { return options_.subquery_step; }
  /// The time that the modifier fixes, if any.
  std::optional<Timestamp> fixed_time(const AtModifier& at) const;

  /// With positions, sorted.
  std::vector<std::string> warnings() const;
  std::vector<std::string> infos() const;
  QueryStats stats() const;

 private:
  struct Note {
    Position position;
    std::uint32_t order = 0;
  };
  using Notes = std::map<std::string, Note>;

  SeriesStreamPointer vector_of_each_step(const Node& node, const StepGrid& grid);
  SeriesStreamPointer vector_by_form(const Node& node, const StepGrid& grid);
  std::unique_ptr<SeriesSet> checked(Result<std::unique_ptr<SeriesSet>> set);
  static void add_note(Notes& notes, std::string message, Position position, const Node& node);

  const SeriesSource& source_;
  const EngineOptions& options_;
  const Clock& clock_;
  const QueryContext& context_;
  // A look costs some 50 ns, a sample at least half of one.
  static constexpr std::size_t kWorkBetweenLooks = 1u << 16;
  void look_at_time();
  void take_samples(std::uint64_t samples);
  void note_damage(const Result<void>& outcome, const SeriesSet& set, std::size_t index);

  const TimeRange query_;
  const Duration lookback_;
  std::uint64_t points_held_ = 0;
  SampleCounterPointer counter_;
  std::size_t work_ = 0;
  QueryStats stats_;
  std::set<std::string> damages_;
  Notes warnings_;
  Notes infos_;
  std::unique_ptr<SharedParts> shared_;
};

/// Series that an operator keeps at once, accounted for in the query's point limit.
class HeldMatrix {
 public:
  explicit HeldMatrix(Evaluation& evaluation) : evaluation_(evaluation) {}
  ~HeldMatrix() { evaluation_.release_points(points_); }
  HeldMatrix(const HeldMatrix&) = delete;
  HeldMatrix& operator=(const HeldMatrix&) = delete;

  /// Takes the rest of the stream.
  void add_all(SeriesStream& stream);
  void add(StepSeries&& series);
  std::vector<StepSeries>& series() { return series_; }
  const std::vector<StepSeries>& series() const { return series_; }
  void clear();

 private:
  Evaluation& evaluation_;
  std::vector<StepSeries> series_;
  std::uint64_t points_ = 0;
};

/// Notices label sets that come twice where Prometheus forbids it over the whole range.
class UniqueLabels {
 public:
  /// Throws when `labels` was added before.
  void add(const Labels& labels);

 private:
  std::unordered_set<Labels> seen_;
};

/// Holds all of `stream` and joins series with equal labels; throws where two of them have a value
/// at one step. What Prometheus does where a function takes the name away step by step.
SeriesStreamPointer merge_equal_labels(Evaluation& evaluation, SeriesStreamPointer stream);

Labels without_name(const Labels& labels);

// A file each: what an operator's node becomes.
/// The node holds a VectorSelector.
SeriesStreamPointer select_instant(Evaluation&, const Node&, const StepGrid&,
                                   bool sample_times);  // selector.cc
/// For info(): times of samples at the steps themselves, of what is stored `offset` before the
/// steps or before the fixed time. Copies the selector.
SeriesStreamPointer select_info_times(Evaluation&, const VectorSelector&, const StepGrid&,
                                      Duration offset, std::optional<Timestamp> fixed);
/// The node holds a MatrixSelector.
RangeStreamPointer select_range(Evaluation&, const Node&, const StepGrid&);
RangeStreamPointer subquery_range(Evaluation&, const Subquery&, const StepGrid&);  // subquery.cc
SeriesStreamPointer apply_range_function(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer apply_element_function(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer negate(Evaluation&, const Unary&, const StepGrid&);
SeriesStreamPointer aggregate(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer rank_aggregate(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer choose_series(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer combine_with_scalar(Evaluation&, const Binary&, const StepGrid&);
SeriesStreamPointer match_vectors(Evaluation&, const Binary&, const StepGrid&);
SeriesStreamPointer apply_set_operator(Evaluation&, const Binary&, const StepGrid&);

/// Whether the node is the same at every step: all its selectors are fixed by @.
bool is_step_invariant(const Node& node);

}  // namespace lapwing::promql
