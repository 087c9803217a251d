// Range functions, as functions/table.cc lists them: one window in, one value or absent_value()
// out; and their forms for minutes, a series at a time. Semantics are Prometheus 3.x's.
#pragma once

#include <span>

#include "agent/promql/window.h"

namespace lapwing::promql {

// rate.cc
double range_rate(const Window&);
double range_increase(const Window&);
double range_delta(const Window&);
double range_irate(const Window&);
double range_idelta(const Window&);

void minutes_rate(const MinuteColumn&, std::span<double> values);
void minutes_increase(const MinuteColumn&, std::span<double> values);
void minutes_delta(const MinuteColumn&, std::span<double> values);

double ends_rate(const RangeEnds&, const WindowPlacement&, Extrapolation&);
double ends_increase(const RangeEnds&, const WindowPlacement&, Extrapolation&);
double ends_delta(const RangeEnds&, const WindowPlacement&, Extrapolation&);

// regression.cc
double range_deriv(const Window&);
double range_predict_linear(const Window&);
double range_double_exponential_smoothing(const Window&);

// over_time.cc
double range_sum(const Window&);
double range_avg(const Window&);
double range_count(const Window&);
double range_min(const Window&);
double range_max(const Window&);
double range_first(const Window&);
double range_last(const Window&);
double range_present(const Window&);
double range_stddev(const Window&);
double range_stdvar(const Window&);
double range_quantile(const Window&);
double range_mad(const Window&);
double range_changes(const Window&);
double range_resets(const Window&);
double range_ts_of_min(const Window&);
double range_ts_of_max(const Window&);
double range_ts_of_first(const Window&);
double range_ts_of_last(const Window&);

// minutes.cc: the same from whole minutes
void minutes_sum(const MinuteColumn&, std::span<double> values);
void minutes_avg(const MinuteColumn&, std::span<double> values);
void minutes_count(const MinuteColumn&, std::span<double> values);
void minutes_min(const MinuteColumn&, std::span<double> values);
void minutes_max(const MinuteColumn&, std::span<double> values);
void minutes_first(const MinuteColumn&, std::span<double> values);
void minutes_last(const MinuteColumn&, std::span<double> values);
void minutes_present(const MinuteColumn&, std::span<double> values);
void minutes_ts_of_first(const MinuteColumn&, std::span<double> values);
void minutes_ts_of_last(const MinuteColumn&, std::span<double> values);

}  // namespace lapwing::promql
