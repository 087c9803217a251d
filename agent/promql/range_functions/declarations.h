// Range functions, as functions/table.cc lists them: one window in, one value or absent_value()
// out. Semantics are Prometheus 3.x's.
#pragma once

#include "agent/promql/window.h"

namespace lapwing::promql {

// rate.cc
double range_rate(const Window&);
double range_increase(const Window&);
double range_delta(const Window&);
double range_irate(const Window&);
double range_idelta(const Window&);

double minutes_rate(const MinuteWindow&);
double minutes_increase(const MinuteWindow&);
double minutes_delta(const MinuteWindow&);

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
double minutes_sum(const MinuteWindow&);
double minutes_avg(const MinuteWindow&);
double minutes_count(const MinuteWindow&);
double minutes_min(const MinuteWindow&);
double minutes_max(const MinuteWindow&);
double minutes_first(const MinuteWindow&);
double minutes_last(const MinuteWindow&);
double minutes_present(const MinuteWindow&);
double minutes_ts_of_first(const MinuteWindow&);
double minutes_ts_of_last(const MinuteWindow&);

}  // namespace lapwing::promql
