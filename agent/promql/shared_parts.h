// SharedParts: parts of a query that come more than once in it, evaluated once and held; and range
// selectors that do so below different functions, read once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "agent/promql/evaluation.h"
#include "agent/promql/shared_samples.h"

namespace lapwing::promql {

/// Of one query. Used by one thread.
class SharedParts {
 public:
  using Evaluate = std::function<SeriesStreamPointer(const Node& part)>;

  /// nullptr when nothing comes twice. Parts are instant vectors with equal text.
  static std::unique_ptr<SharedParts> find(Evaluation& evaluation, const Node& root);

  /// nullptr when the node is no such part, or is too large to be held. The series of the part over
  /// the grid otherwise; `evaluate` is asked the first time, for the last of the equal nodes, to
  /// which notes belong. Throws what it throws.
  SeriesStreamPointer stream(const Node& node, const StepGrid& grid, const Evaluate& evaluate);

  /// What the range selector selects over the range, which its text and the grid decide; nullptr
  /// when it comes only once. Throws QueryFailure.
  std::unique_ptr<SeriesSet> selection(const Node& matrix, TimeRange range);

 private:
  using GridKey = std::tuple<std::int64_t, std::int64_t, std::size_t, std::int64_t>;
  struct Held {
    std::unique_ptr<HeldMatrix> matrix;  ///< null: too large
    SampleCounterPointer counted;        ///< at each use
    bool one_name = false;
  };
  struct Part {
    const Node* last = nullptr;
    std::size_t count = 0;
    std::map<GridKey, std::shared_ptr<Held>> held;
  };
  struct RangeUse {
    std::size_t count = 0;
    std::vector<std::shared_ptr<SharedSamples>> common;  ///< one a grid
  };
  class Names;
  class Replay;

  explicit SharedParts(Evaluation& evaluation) : evaluation_(evaluation) {}
  void collect(const Node& node, const Names& names);
  void hold(Held& held, SeriesStreamPointer stream);

  Evaluation& evaluation_;
  std::map<std::string, Part> parts_;
  std::unordered_map<const Node*, Part*> part_of_;
  std::map<std::string, RangeUse> ranges_;  // by the selector's text
};

}  // namespace lapwing::promql
