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

double extrapolated(const Change& window, Kind kind, bool per_second) {
  const double sampled = to_seconds(window.last_time - window.first_time);
  const double spacing = sampled / double(window.count - 1);
  double before = reach(to_seconds(window.first_time - window.start), spacing);
  if (kind == Kind::Counter && window.change > 0 && window.first >= 0) {
    // A counter cannot have been below zero: do not extrapolate past its zero crossing.
    const double to_zero = sampled * (window.first / window.change);
    if (to_zero < before) before = to_zero;
  }
  const double after = reach(to_seconds(window.end - window.last_time), spacing);
  double factor = (sampled + before + after) / sampled;
  if (per_second) factor /= to_seconds(window.end - window.start);
  return window.change * factor;
}

double extrapolated(const Window& window, Kind kind, bool per_second) {
  if (window.size() < 2) return absent_value();
  double change = window.values.back() - window.values.front();
  if (kind == Kind::Counter)
    for (const std::uint32_t fall : window.falls)
      change += window.values[fall - window.falls_base - 1];
  return extrapolated({window.values.front(), change, window.size(), window.times.front(),
                       window.times.back(), window.start, window.end},
                      kind, per_second);
}

double extrapolated(const MinuteWindow& window, Kind kind, bool per_second) {
  const Minutes& minutes = window.minutes;
  std::size_t count = 0;
  for (std::size_t row = window.low; row < window.high; ++row) count += minutes.counts[row];
  if (count < 2) return absent_value();
  const std::size_t last = window.high - 1;
  double change = minutes.lasts[last] - minutes.firsts[window.low];
  if (kind == Kind::Counter)
    for (const MinuteWindow::Fall& fall : window.falls)
      if (!fall.crossing || fall.row != window.low) change += fall.amount;
  return extrapolated({minutes.firsts[window.low], change, count, minutes.first_times[window.low],
                       minutes.last_times[last], window.start, window.end},
                      kind, per_second);
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
double minutes_rate(const MinuteWindow& window) {
  return extrapolated(window, Kind::Counter, true);
}
double minutes_increase(const MinuteWindow& window) {
  return extrapolated(window, Kind::Counter, false);
}
double minutes_delta(const MinuteWindow& window) {
  return extrapolated(window, Kind::Gauge, false);
}
double range_irate(const Window& window) { return last_two(window, Kind::Counter, true); }
double range_idelta(const Window& window) { return last_two(window, Kind::Gauge, false); }

}  // namespace lapwing::promql
