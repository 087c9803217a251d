// Engine: evaluates PromQL a series at a time over the step grid, so that memory is groups ×
// steps and not samples. Semantics are Prometheus 3.x's.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/series_source.h"
#include "agent/promql/expression.h"
#include "agent/promql/value.h"

namespace lapwing::promql {

struct EngineOptions {
  Duration lookback = 5min;
  Duration subquery_step = 1min;  ///< of a subquery that names none: the global evaluation interval
  std::uint64_t sample_limit = 50'000'000;       ///< read by one query
  std::uint64_t series_limit = 200'000;          ///< of one query's result or operand
  std::uint64_t point_limit = 20'000'000;        ///< series × steps held at once
  std::uint64_t memory_limit_bytes = 64u << 20;  ///< of what is held and of the result
};

/// One query's bounds. Defaults: none.
struct QueryContext {
  std::chrono::nanoseconds deadline = std::chrono::nanoseconds::max();  ///< of Clock::monotonic()
  const std::atomic<bool>* cancelled = nullptr;
  Duration lookback{};         ///< zero: the engine's
  bool count_samples = false;  ///< fills QueryStats::samples_at_step
};

/// Stateless: any thread, any number of queries at once.
class Engine {
 public:
  Engine(EngineOptions options, const Clock& clock) : options_(options), clock_(clock) {}

  /// Invalid: the query cannot be executed (Prometheus's words). Unavailable: timed out or
  /// cancelled. Vectors come unsorted unless the query sorts.
  Result<QueryResult> instant(const SeriesSource& source, const Expression& expression,
                              Timestamp time, const QueryContext& context = {}) const;

  /// A Matrix sorted by labels, at from, from + step, … up to `to`. step > 0, from ≤ to;
  /// Invalid for an expression that is neither scalar nor instant vector.
  Result<QueryResult> range(const SeriesSource& source, const Expression& expression,
                            Timestamp from, Timestamp to, Duration step,
                            const QueryContext& context = {}) const;

 private:
  const EngineOptions options_;
  const Clock& clock_;
};

}  // namespace lapwing::promql
