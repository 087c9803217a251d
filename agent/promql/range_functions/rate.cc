// rate, increase, delta: what a counter or gauge did over the window, extrapolated to its edges;
// irate, idelta: what its last two samples say.
#include "agent/promql/range_functions/declarations.h"

namespace lapwing::promql {
namespace {

enum class Kind { Counter, Gauge };

/// Beyond 1.1 mean spacings from the edge the series is taken to begin or end inside the window,
/// half a spacing from its sample.
constexpr double kEdgeSpacings = 1.1;

double reach(double gap, double spacing) {
  return gap >= kEdgeSpacings * spacing ? spacing / 2 : gap;
}

/// What the extrapolation has to know of a window.
struct Change {
  double first = 0;
  double change = 0;
  std::size_t count = 0;
  Timestamp first_time;
  Timestamp last_time;
  Timestamp start;
  Timestamp end;
};

double factor_of(double sampled, double before, double after, const Change& window,
                 bool per_second) {
  const double factor = (sampled + before + after) / sampled;
  return per_second ? factor / to_seconds(window.end - window.start) : factor;
}

/// Finds out anew what the window's shape decides, unless it is that of the window before: a
/// division takes as long as all else here.
void settle(const Change& window, bool per_second, Extrapolation& known) {
  const std::int64_t before = (window.first_time - window.start).count();
  const std::int64_t after = (window.end - window.last_time).count();
  const std::int64_t sampled = (window.last_time - window.first_time).count();
  if (known.before_millis == before && known.after_millis == after &&
      known.sampled_millis == sampled && known.count == window.count)
    return;
  known.before_millis = before;
  known.after_millis = after;
  known.sampled_millis = sampled;
  known.count = window.count;
  known.sampled = to_seconds(Duration(sampled));
  const double spacing = known.sampled / double(window.count - 1);
  known.before = reach(to_seconds(Duration(before)), spacing);
  known.factor = factor_of(known.sampled, known.before, reach(to_seconds(Duration(after)), spacing),
                           window, per_second);
}

/// Whether a counter that rises so surely was not below zero so long before its first sample: the
/// quotient need not be taken.
bool is_far_above_zero(const Change& window, const Extrapolation& known) {
  constexpr double kMargin = 1.0001;  // far beyond what rounding can do
  return window.first * known.sampled > window.change * known.before * kMargin;
}

inline double extrapolated(const Change& window, Kind kind, bool per_second, Extrapolation& known) {
  settle(window, per_second, known);
  if (kind == Kind::Counter && window.change > 0 && window.first >= 0 &&
      !is_far_above_zero(window, known)) {
    // A counter cannot have been below zero: do not extrapolate past its zero crossing.
    const double to_zero = known.sampled * (window.first / window.change);
    const double spacing = known.sampled / double(window.count - 1);
    const double after = reach(to_seconds(window.end - window.last_time), spacing);
    if (to_zero < known.before)
      return window.change * factor_of(known.sampled, to_zero, after, window, per_second);
  }
  return window.change * known.factor;
}

double extrapolated(const Window& window, Kind kind, bool per_second) {
  if (window.size() < 2) return absent_value();
  double change = window.values.back() - window.values.front();
  if (kind == Kind::Counter)
    for (const std::uint32_t fall : window.falls)
      change += window.values[fall - window.falls_base - 1];
  return extrapolated({window.values.front(), change, window.size(), window.times.front(),
                       window.times.back(), window.start, window.end},
                      kind, per_second, *window.known);
}

double extrapolated(const RangeEnds& ends, const WindowPlacement& placement, Kind kind,
                    bool per_second, Extrapolation& known) {
  if (ends.count < 2) return absent_value();
  double change = ends.last.value - ends.first.value;
  if (kind == Kind::Counter)
    for (const double before : ends.falls) change += before;
  const Timestamp end = placement.end(0);
  return extrapolated({ends.first.value, change, ends.count, ends.first.time, ends.last.time,
                       end - placement.range, end},
                      kind, per_second, known);
}

/// A series' windows one after the other; what a counter lost inside a window is added again.
void extrapolate_minutes(const MinuteColumn& column, Kind kind, bool per_second,
                         std::span<double> values) {
  const Minutes& minutes = column.minutes;
  std::size_t low_fall = 0, high_fall = 0;
  Change window;
  for (std::size_t step = 0; step < values.size(); ++step) {
    const MinuteRows rows = column.rows[step];
    if (rows.count < 2) continue;
    window.first = minutes.firsts[rows.low];
    window.change = minutes.lasts[rows.high - 1] - window.first;
    if (kind == Kind::Counter && !column.falls.empty()) {
      while (high_fall < column.falls.size() && column.falls[high_fall].row < rows.high)
        ++high_fall;
      while (low_fall < high_fall && column.falls[low_fall].row < rows.low) ++low_fall;
      for (const MinuteFall& fall : column.falls.subspan(low_fall, high_fall - low_fall))
        if (!fall.crossing || fall.row != rows.low) window.change += fall.amount;
    }
    window.count = rows.count;
    window.first_time = minutes.first_times[rows.low];
    window.last_time = minutes.last_times[rows.high - 1];
    window.end = column.placement.end(step);
    window.start = window.end - column.placement.range;
    values[step] = extrapolated(window, kind, per_second, column.known[step]);
  }
}

double last_two(const Window& window, Kind kind, bool per_second) {
  if (window.size() < 2) return absent_value();
  const double last = window.values.back();
  const double previous = window.values[window.size() - 2];
  double change = last - previous;
  if (kind == Kind::Counter && last < previous) change = last;
  if (!per_second) return change;
  const double seconds = to_seconds(window.times.back() - window.times[window.size() - 2]);
  return seconds == 0 ? absent_value() : change / seconds;
}

}  // namespace

double range_rate(const Window& window) { return extrapolated(window, Kind::Counter, true); }
double range_increase(const Window& window) { return extrapolated(window, Kind::Counter, false); }
double range_delta(const Window& window) { return extrapolated(window, Kind::Gauge, false); }
void minutes_rate(const MinuteColumn& column, std::span<double> values) {
  extrapolate_minutes(column, Kind::Counter, true, values);
}
void minutes_increase(const MinuteColumn& column, std::span<double> values) {
  extrapolate_minutes(column, Kind::Counter, false, values);
}
void minutes_delta(const MinuteColumn& column, std::span<double> values) {
  extrapolate_minutes(column, Kind::Gauge, false, values);
}
double ends_rate(const RangeEnds& ends, const WindowPlacement& placement, Extrapolation& known) {
  return extrapolated(ends, placement, Kind::Counter, true, known);
}
double ends_increase(const RangeEnds& ends, const WindowPlacement& placement,
                     Extrapolation& known) {
  return extrapolated(ends, placement, Kind::Counter, false, known);
}
double ends_delta(const RangeEnds& ends, const WindowPlacement& placement, Extrapolation& known) {
  return extrapolated(ends, placement, Kind::Gauge, false, known);
}
double range_irate(const Window& window) { return last_two(window, Kind::Counter, true); }
double range_idelta(const Window& window) { return last_two(window, Kind::Gauge, false); }

}  // namespace lapwing::promql
