// Windows: the part of a series that a range function sees at one step, and streams of series
// with the samples for all their windows.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "agent/model/minutes.h"
#include "agent/model/range_ends.h"
#include "agent/promql/step_series.h"

namespace lapwing::promql {

/// How far a rate is extrapolated where nothing but the shape of a window (counts and times from
/// its start) decides: kept from one window to the next, which mostly has the same shape.
struct Extrapolation {
  std::int64_t before_millis = -1;  ///< from the window's start to the first sample
  std::int64_t after_millis = -1;
  std::int64_t sampled_millis = -1;
  std::size_t count = 0;
  double sampled = 0;  ///< seconds
  double before = 0;
  double factor = 0;  ///< of the whole increase
};

/// The samples in (start, end]; never empty, no stale markers. Views, for one call.
struct Window {
  std::span<const Timestamp> times;
  std::span<const double> values;
  Timestamp start;
  Timestamp end;
  Timestamp step_time;  ///< the evaluation time: `end` but for offset and @
  /// Indexes i of the window with values[i] < values[i - 1]; only for functions that ask.
  std::span<const std::uint32_t> falls;
  std::uint32_t falls_base = 0;     ///< what to take off each of `falls`
  std::array<double, 2> scalars{};  ///< the call's scalar arguments at this step, in order
  Extrapolation* known = nullptr;   ///< of the series' window before

  std::size_t size() const { return values.size(); }
};

/// Where the window of each step lies.
struct WindowPlacement {
  StepGrid grid;
  std::optional<Timestamp> fixed;  ///< of the @ modifier
  Duration offset{};
  Duration range{};

  Timestamp end(std::size_t step) const { return fixed.value_or(grid.at(step)) - offset; }
};

/// The minutes of one step's window: rows low … high - 1, and how many samples they have.
struct MinuteRows {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  std::uint64_t count = 0;
};

/// A row in which a counter fell, or before which it did.
struct MinuteFall {
  std::size_t row = 0;
  double amount = 0;      ///< what was lost
  bool crossing = false;  ///< between the row before and this one
};

/// A series' minutes and the windows over them, all of whole minutes. Views, for one call.
struct MinuteColumn {
  const Minutes& minutes;
  std::span<const MinuteRows> rows;   ///< one a step
  std::span<const MinuteFall> falls;  ///< by rising rows; only for functions that ask
  const WindowPlacement& placement;
  std::span<Extrapolation> known;  ///< one a step: of the series before
};

struct RangeSeries {
  enum class Form : std::uint8_t { Samples, Minutes, Ends };

  Labels labels;
  Form form = Form::Samples;  ///< which one of these has something
  Columns samples;            ///< without stale markers
  Minutes minutes;
  RangeEnds ends;
};

/// Series one at a time, each with the samples of all its windows. Used by one thread.
class RangeStream {
 public:
  explicit RangeStream(WindowPlacement placement) : placement_(placement) {}
  virtual ~RangeStream() = default;
  /// False at the end. Throws QueryFailure.
  virtual bool next(RangeSeries& out) = 0;
  virtual bool one_name() const { return false; }
  /// Before the first next(): the caller would rather have the minutes of series for which
  /// `serves` says that they have what it needs. The stream need not have any.
  virtual void prefer_minutes(MinuteNeed /*need*/,
                              bool (* /*serves*/)(const Minutes&, MinuteNeed)) {}
  /// The same of the ends of a single window, for series whose minutes are not given.
  virtual void prefer_ends() {}
  const WindowPlacement& placement() const { return placement_; }

 private:
  WindowPlacement placement_;
};

using RangeStreamPointer = std::unique_ptr<RangeStream>;

}  // namespace lapwing::promql
