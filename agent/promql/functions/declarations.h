// Functions other than range functions, as table.cc lists them. Semantics are Prometheus 3.x's.
#pragma once

#include <span>

#include "agent/promql/functions/table.h"

namespace lapwing::promql {

// math.cc
double math_abs(double value, std::span<const double> scalars);
double math_acos(double value, std::span<const double> scalars);
double math_acosh(double value, std::span<const double> scalars);
double math_asin(double value, std::span<const double> scalars);
double math_asinh(double value, std::span<const double> scalars);
double math_atan(double value, std::span<const double> scalars);
double math_atanh(double value, std::span<const double> scalars);
double math_ceil(double value, std::span<const double> scalars);
double math_clamp(double value, std::span<const double> scalars);
double math_clamp_max(double value, std::span<const double> scalars);
double math_clamp_min(double value, std::span<const double> scalars);
double math_cos(double value, std::span<const double> scalars);
double math_cosh(double value, std::span<const double> scalars);
double math_deg(double value, std::span<const double> scalars);
double math_exp(double value, std::span<const double> scalars);
double math_floor(double value, std::span<const double> scalars);
double math_ln(double value, std::span<const double> scalars);
double math_log10(double value, std::span<const double> scalars);
double math_log2(double value, std::span<const double> scalars);
double math_rad(double value, std::span<const double> scalars);
double math_round(double value, std::span<const double> scalars);
double math_sgn(double value, std::span<const double> scalars);
double math_sin(double value, std::span<const double> scalars);
double math_sinh(double value, std::span<const double> scalars);
double math_sqrt(double value, std::span<const double> scalars);
double math_tan(double value, std::span<const double> scalars);
double math_tanh(double value, std::span<const double> scalars);

// calendar.cc: parts of a UTC date, from seconds since 1970
double calendar_day_of_month(double value, std::span<const double> scalars);
double calendar_day_of_week(double value, std::span<const double> scalars);
double calendar_day_of_year(double value, std::span<const double> scalars);
double calendar_days_in_month(double value, std::span<const double> scalars);
double calendar_hour(double value, std::span<const double> scalars);
double calendar_minute(double value, std::span<const double> scalars);
double calendar_month(double value, std::span<const double> scalars);
double calendar_year(double value, std::span<const double> scalars);

// scalars.cc: between scalars and vectors
ScalarColumn function_pi(Evaluation&, const Node&, const StepGrid&);
ScalarColumn function_time(Evaluation&, const Node&, const StepGrid&);
ScalarColumn function_scalar(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_vector(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_timestamp(Evaluation&, const Node&, const StepGrid&);

// absent.cc
SeriesStreamPointer function_absent(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_absent_over_time(Evaluation&, const Node&, const StepGrid&);

// labels.cc
SeriesStreamPointer function_label_join(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_label_replace(Evaluation&, const Node&, const StepGrid&);

// sort.cc
SeriesStreamPointer function_sort(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_sort_desc(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_sort_by_label(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_sort_by_label_desc(Evaluation&, const Node&, const StepGrid&);

// histogram.cc
SeriesStreamPointer function_histogram_fraction(Evaluation&, const Node&, const StepGrid&);
SeriesStreamPointer function_histogram_quantile(Evaluation&, const Node&, const StepGrid&);

// info.cc
SeriesStreamPointer function_info(Evaluation&, const Node&, const StepGrid&);

// native_histogram.cc
SeriesStreamPointer native_histogram_function(Evaluation&, const Node&, const StepGrid&);

}  // namespace lapwing::promql
