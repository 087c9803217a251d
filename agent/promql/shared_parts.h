// SharedParts: parts of a query that come more than once in it, evaluated once and held; and range
// selectors that do so below different functions, read once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "agent/promql/evaluation.h"
#include "agent/promql/repeated_parts.h"
#include "agent/promql/shared_samples.h"

namespace lapwing::promql {

/// Of one query. Used by one thread.
class SharedParts {
 public:
  using Evaluate = std::function<SeriesStreamPointer(const Node& part)>;

  /// Both must outlive it.
  SharedParts(Evaluation& evaluation, const RepeatedParts& repeated);

  /// nullptr when the node is no such part, or is too large to be held. The series of the part over
  /// the grid otherwise; `evaluate` is asked the first time, for the last of the equal nodes, to
  /// which notes belong. Throws what it throws.
  SeriesStreamPointer stream(const Node& node, const StepGrid& grid, const Evaluate& evaluate);

  /// What the range selector selects over the range, which its node and the grid decide; nullptr
  /// when it comes only once. Throws QueryFailure.
  std::unique_ptr<SeriesSet> selection(const Node& matrix, TimeRange range);

 private:
  using GridKey = std::tuple<std::int64_t, std::int64_t, std::size_t, std::int64_t>;
  struct Held {
    std::unique_ptr<HeldMatrix> matrix;  ///< null: too large
    SampleCounterPointer counted;        ///< at each use
    bool one_name = false;
  };
  class Replay;

  void hold(Held& held, SeriesStreamPointer stream);

  Evaluation& evaluation_;
  const RepeatedParts& repeated_;
  std::vector<std::map<GridKey, std::shared_ptr<Held>>> held_;  // of repeated_.parts
  std::vector<std::vector<std::shared_ptr<SharedSamples>>>
      ranges_;  // of repeated_.ranges, one a grid
};

}  // namespace lapwing::promql
