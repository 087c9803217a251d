// The *_over_time family on whole minutes: what they say is what the samples would say.
#include <cmath>

#include "agent/promql/compensated_sum.h"
#include "agent/promql/range_functions/declarations.h"

namespace lapwing::promql {
namespace {

/// Puts `value_of(rows)` wherever a window has minutes.
template <typename ValueOf>
void fill(const MinuteColumn& column, std::span<double> values, ValueOf value_of) {
  for (std::size_t step = 0; step < values.size(); ++step)
    if (const MinuteRows rows = column.rows[step]; rows.low < rows.high)
      values[step] = value_of(rows);
}

CompensatedSum sum_of(const std::vector<double>& sums, MinuteRows rows) {
  CompensatedSum sum;
  for (std::size_t row = rows.low; row < rows.high; ++row) sum.add(sums[row]);
  return sum;
}

/// The value that `better` prefers; NaN only when there is no number.
template <typename Better>
double best_of(const std::vector<double>& values, MinuteRows rows, Better better) {
  double best = values[rows.low];
  for (std::size_t row = rows.low + 1; row < rows.high; ++row)
    if (better(values[row], best) || std::isnan(best)) best = values[row];
  return best;
}

}  // namespace

void minutes_sum(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [&](MinuteRows rows) { return sum_of(column.minutes.sums, rows).value(); });
}

void minutes_avg(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [&](MinuteRows rows) {
    const CompensatedSum sum = sum_of(column.minutes.sums, rows);
    const auto count = double(rows.count);
    return sum.sum / count + sum.compensation / count;
  });
}

void minutes_count(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [](MinuteRows rows) { return double(rows.count); });
}

void minutes_min(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [&](MinuteRows rows) {
    return best_of(column.minutes.minima, rows, [](double a, double b) { return a < b; });
  });
}

void minutes_max(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [&](MinuteRows rows) {
    return best_of(column.minutes.maxima, rows, [](double a, double b) { return a > b; });
  });
}

void minutes_first(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [&](MinuteRows rows) { return column.minutes.firsts[rows.low]; });
}

void minutes_last(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [&](MinuteRows rows) { return column.minutes.lasts[rows.high - 1]; });
}

void minutes_present(const MinuteColumn& column, std::span<double> values) {
  fill(column, values, [](MinuteRows) { return 1.0; });
}

void minutes_ts_of_first(const MinuteColumn& column, std::span<double> values) {
  fill(column, values,
       [&](MinuteRows rows) { return to_seconds(column.minutes.first_times[rows.low]); });
}

void minutes_ts_of_last(const MinuteColumn& column, std::span<double> values) {
  fill(column, values,
       [&](MinuteRows rows) { return to_seconds(column.minutes.last_times[rows.high - 1]); });
}

}  // namespace lapwing::promql
