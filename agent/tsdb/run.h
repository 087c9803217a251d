// Run: samples of one series within one period, in rising time order, in their compact form.
// The head holds runs, a chunk on disk holds the same bytes, and reading merges runs: a late
// sample simply begins another one.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/sample.h"
#include "agent/model/series_source.h"
#include "agent/tsdb/codec.h"
#include "agent/tsdb/dense_column.h"

namespace lapwing::tsdb {

inline constexpr std::uint32_t kRunSamples = 300;  ///< at most, in a run or a column in memory

/// The times of one source's batches, shared by the runs of all of its series. Entries are only
/// added, under the store's lock; who has seen a run under that lock may read the run's entries
/// without it.
struct TimeColumn {
  std::uint32_t count = 0;  ///< read only under the lock
  std::array<std::int64_t, kRunSamples> times;
};

/// What malloc gives for a string: nothing for a short one, which is in the string itself;
/// otherwise with its own header, in steps of 16.
inline std::size_t allocated_bytes(const std::string& text) {
  constexpr std::size_t kInside = 15, kHeader = 8, kStep = 16;
  if (text.capacity() <= kInside) return 0;
  return (text.capacity() + 1 + kHeader + kStep - 1) / kStep * kStep;
}

/// Once sealed (shared_ptr<const Run>) nothing of it changes.
struct Run {
  std::shared_ptr<const TimeColumn> column;  ///< null: own_times
  std::uint32_t first = 0;                   ///< index of the first sample in the column
  std::uint32_t count = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
  std::string own_times;  ///< TimeEncoder's bytes, without a column
  std::string values;     ///< ValueEncoder's bytes

  /// What it occupies in memory, about.
  std::size_t bytes() const {
    constexpr std::size_t kAround = 32;  // the count of pointers to it and malloc's header
    return sizeof(Run) + kAround + allocated_bytes(own_times) + allocated_bytes(values);
  }
};

/// A run that still grows: the run and what its encoders hold back.
class OpenRun {
 public:
  bool empty() const { return run_.count == 0; }
  std::uint32_t count() const { return run_.count; }
  std::int64_t first_time() const { return run_.first_time; }
  std::int64_t last_time() const { return run_.last_time; }
  double newest() const { return values_.newest(); }
  /// Whether `time` is within the run.
  bool holds(std::int64_t time) const {
    return !empty() && first_time() <= time && time <= last_time();
  }
  /// Memory beyond the object itself, about.
  std::size_t heap_bytes() const {
    return allocated_bytes(run_.own_times) + allocated_bytes(run_.values);
  }

  /// Adds a sample later than last_time() to a run of fewer than kRunSamples. `column` (may be
  /// null) holds `time` at `index`; while the series is in each of its batches the run keeps no
  /// times of its own.
  void append(std::int64_t time, double value, const std::shared_ptr<TimeColumn>& column,
              std::uint32_t index);
  /// Whether the next sample, at `index` of `column`, would cost no time of its own; a run of its
  /// own times takes any.
  bool takes(const std::shared_ptr<TimeColumn>& column) const {
    return run_.column == nullptr || run_.column == column;
  }

  /// The run so far.
  std::shared_ptr<const Run> snapshot() const;
  /// The run, complete; this is empty afterwards.
  std::shared_ptr<const Run> seal();

 private:
  void use_own_times();

  Run run_;
  ValueEncoder values_;
  TimeEncoder times_;
};

/// Samples in rising time order as sealed runs with times of their own.
std::vector<std::shared_ptr<const Run>> runs_of(const Columns& samples);

/// A run as a reader sees it, wherever its bytes are.
struct RunView {
  std::span<const std::int64_t> times;  ///< empty: own_times
  std::string_view own_times;
  std::string_view values;
  std::uint32_t count = 0;
  std::int64_t first_time = 0;
  std::int64_t last_time = 0;
  const DenseView* dense = nullptr;  ///< not null: the values, instead of `values`
};

RunView view(const Run& run);

/// The value at exactly `time`, when the run has a sample there.
bool find_sample(const RunView& run, std::int64_t time, double& value);

/// Appends the samples of all runs within `range` to `out`, in time order; where two have one
/// time, the later run of the list wins. Corrupt when some are damaged: `out` has the rest.
Result<void> read_runs(std::span<const RunView> runs, TimeRange range, Columns& out);
/// The same behind the first `kept` entries of `out`, whose others go. A reader of many series
/// keeps `out` and `decoder`: their memory is then neither cleared nor asked for anew.
Result<void> read_runs(std::span<const RunView> runs, TimeRange range, DenseDecoder& decoder,
                       std::size_t kept, Columns& out);

}  // namespace lapwing::tsdb
