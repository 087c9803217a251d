// The *_over_time family on whole minutes: what they say is what the samples would say.
#include <cmath>

#include "agent/promql/compensated_sum.h"
#include "agent/promql/range_functions/declarations.h"

namespace lapwing::promql {
namespace {

std::uint64_t count_of(const MinuteWindow& window) {
  std::uint64_t count = 0;
  for (std::size_t row = window.low; row < window.high; ++row) count += window.minutes.counts[row];
  return count;
}

}  // namespace

double minutes_sum(const MinuteWindow& window) {
  CompensatedSum sum;
  for (std::size_t row = window.low; row < window.high; ++row) sum.add(window.minutes.sums[row]);
  return sum.value();
}

double minutes_avg(const MinuteWindow& window) {
  CompensatedSum sum;
  for (std::size_t row = window.low; row < window.high; ++row) sum.add(window.minutes.sums[row]);
  const auto count = double(count_of(window));
  return sum.sum / count + sum.compensation / count;
}

double minutes_count(const MinuteWindow& window) { return double(count_of(window)); }

double minutes_min(const MinuteWindow& window) {
  double best = window.minutes.minima[window.low];
  for (std::size_t row = window.low + 1; row < window.high; ++row)
    if (window.minutes.minima[row] < best || std::isnan(best)) best = window.minutes.minima[row];
  return best;
}

double minutes_max(const MinuteWindow& window) {
  double best = window.minutes.maxima[window.low];
  for (std::size_t row = window.low + 1; row < window.high; ++row)
    if (window.minutes.maxima[row] > best || std::isnan(best)) best = window.minutes.maxima[row];
  return best;
}

double minutes_first(const MinuteWindow& window) { return window.minutes.firsts[window.low]; }
double minutes_last(const MinuteWindow& window) { return window.minutes.lasts[window.high - 1]; }
double minutes_present(const MinuteWindow&) { return 1; }
double minutes_ts_of_first(const MinuteWindow& window) {
  return to_seconds(window.minutes.first_times[window.low]);
}
double minutes_ts_of_last(const MinuteWindow& window) {
  return to_seconds(window.minutes.last_times[window.high - 1]);
}

}  // namespace lapwing::promql
