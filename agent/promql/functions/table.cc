#include "agent/promql/functions/table.h"

#include <algorithm>

#include "agent/promql/functions/declarations.h"
#include "agent/promql/range_functions/declarations.h"

namespace lapwing::promql {
namespace {

constexpr ValueType S = ValueType::Scalar;
constexpr ValueType T = ValueType::String;
constexpr ValueType V = ValueType::Vector;
constexpr ValueType M = ValueType::Matrix;
constexpr bool kExperimental = true;

// Sorted by name: find_function searches by halves.
const Function kFunctions[] = {
    {"abs", {V}, 0, V, ElementTask{math_abs}},
    {"absent", {V}, 0, V, function_absent},
    {"absent_over_time", {M}, 0, V, function_absent_over_time},
    {"acos", {V}, 0, V, ElementTask{math_acos}},
    {"acosh", {V}, 0, V, ElementTask{math_acosh}},
    {"asin", {V}, 0, V, ElementTask{math_asin}},
    {"asinh", {V}, 0, V, ElementTask{math_asinh}},
    {"atan", {V}, 0, V, ElementTask{math_atan}},
    {"atanh", {V}, 0, V, ElementTask{math_atanh}},
    {"avg_over_time", {M}, 0, V, RangeTask{range_avg}},
    {"ceil", {V}, 0, V, ElementTask{math_ceil}},
    {"changes", {M}, 0, V, RangeTask{range_changes}},
    {"clamp", {V, S, S}, 0, V, ElementTask{math_clamp}},
    {"clamp_max", {V, S}, 0, V, ElementTask{math_clamp_max}},
    {"clamp_min", {V, S}, 0, V, ElementTask{math_clamp_min}},
    {"cos", {V}, 0, V, ElementTask{math_cos}},
    {"cosh", {V}, 0, V, ElementTask{math_cosh}},
    {"count_over_time", {M}, 0, V, RangeTask{range_count}},
    {"day_of_month", {V}, 1, V, ElementTask{calendar_day_of_month, true}},
    {"day_of_week", {V}, 1, V, ElementTask{calendar_day_of_week, true}},
    {"day_of_year", {V}, 1, V, ElementTask{calendar_day_of_year, true}},
    {"days_in_month", {V}, 1, V, ElementTask{calendar_days_in_month, true}},
    {"deg", {V}, 0, V, ElementTask{math_deg}},
    {"delta", {M}, 0, V, RangeTask{range_delta}},
    {"deriv", {M}, 0, V, RangeTask{range_deriv}},
    {"double_exponential_smoothing",
     {M, S, S},
     0,
     V,
     RangeTask{range_double_exponential_smoothing},
     kExperimental},
    {"exp", {V}, 0, V, ElementTask{math_exp}},
    {"first_over_time",
     {M},
     0,
     V,
     RangeTask{.function = range_first, .keeps_name = true},
     kExperimental},
    {"floor", {V}, 0, V, ElementTask{math_floor}},
    {"histogram_avg", {V}, 0, V, refuse_native_histograms},
    {"histogram_count", {V}, 0, V, refuse_native_histograms},
    {"histogram_fraction", {S, S, V}, 0, V, refuse_native_histograms},
    {"histogram_quantile", {S, V}, 0, V, function_histogram_quantile},
    {"histogram_stddev", {V}, 0, V, refuse_native_histograms},
    {"histogram_stdvar", {V}, 0, V, refuse_native_histograms},
    {"histogram_sum", {V}, 0, V, refuse_native_histograms},
    {"hour", {V}, 1, V, ElementTask{calendar_hour, true}},
    {"idelta", {M}, 0, V, RangeTask{range_idelta}},
    {"increase",
     {M},
     0,
     V,
     RangeTask{.function = range_increase, .wants_falls = true, .expects_counter = true}},
    {"info", {V, V}, 1, V, function_info, kExperimental},
    {"irate", {M}, 0, V, RangeTask{range_irate}},
    {"label_join", {V, T, T, T}, -1, V, function_label_join},
    {"label_replace", {V, T, T, T, T}, 0, V, function_label_replace},
    {"last_over_time", {M}, 0, V, RangeTask{.function = range_last, .keeps_name = true}},
    {"ln", {V}, 0, V, ElementTask{math_ln}},
    {"log10", {V}, 0, V, ElementTask{math_log10}},
    {"log2", {V}, 0, V, ElementTask{math_log2}},
    {"mad_over_time", {M}, 0, V, RangeTask{range_mad}, kExperimental},
    {"max_over_time", {M}, 0, V, RangeTask{range_max}},
    {"min_over_time", {M}, 0, V, RangeTask{range_min}},
    {"minute", {V}, 1, V, ElementTask{calendar_minute, true}},
    {"month", {V}, 1, V, ElementTask{calendar_month, true}},
    {"pi", {}, 0, S, function_pi},
    {"predict_linear", {M, S}, 0, V, RangeTask{range_predict_linear}},
    {"present_over_time", {M}, 0, V, RangeTask{range_present}},
    {"quantile_over_time",
     {S, M},
     0,
     V,
     RangeTask{.function = range_quantile, .takes_quantile = true}},
    {"rad", {V}, 0, V, ElementTask{math_rad}},
    {"rate",
     {M},
     0,
     V,
     RangeTask{.function = range_rate, .wants_falls = true, .expects_counter = true}},
    {"resets", {M}, 0, V, RangeTask{.function = range_resets, .wants_falls = true}},
    {"round", {V, S}, 1, V, ElementTask{math_round}},
    {"scalar", {V}, 0, S, function_scalar},
    {"sgn", {V}, 0, V, ElementTask{math_sgn}},
    {"sin", {V}, 0, V, ElementTask{math_sin}},
    {"sinh", {V}, 0, V, ElementTask{math_sinh}},
    {"sort", {V}, 0, V, function_sort},
    {"sort_by_label", {V, T}, -1, V, function_sort_by_label, kExperimental},
    {"sort_by_label_desc", {V, T}, -1, V, function_sort_by_label_desc, kExperimental},
    {"sort_desc", {V}, 0, V, function_sort_desc},
    {"sqrt", {V}, 0, V, ElementTask{math_sqrt}},
    {"stddev_over_time", {M}, 0, V, RangeTask{range_stddev}},
    {"stdvar_over_time", {M}, 0, V, RangeTask{range_stdvar}},
    {"sum_over_time", {M}, 0, V, RangeTask{range_sum}},
    {"tan", {V}, 0, V, ElementTask{math_tan}},
    {"tanh", {V}, 0, V, ElementTask{math_tanh}},
    {"time", {}, 0, S, function_time},
    {"timestamp", {V}, 0, V, function_timestamp},
    {"ts_of_first_over_time", {M}, 0, V, RangeTask{range_ts_of_first}, kExperimental},
    {"ts_of_last_over_time", {M}, 0, V, RangeTask{range_ts_of_last}, kExperimental},
    {"ts_of_max_over_time", {M}, 0, V, RangeTask{range_ts_of_max}, kExperimental},
    {"ts_of_min_over_time", {M}, 0, V, RangeTask{range_ts_of_min}, kExperimental},
    {"vector", {S}, 0, V, function_vector},
    {"year", {V}, 1, V, ElementTask{calendar_year, true}},
};

}  // namespace

const Function* find_function(std::string_view name) {
  const auto at = std::lower_bound(
      std::begin(kFunctions), std::end(kFunctions), name,
      [](const Function& function, std::string_view wanted) { return function.name < wanted; });
  return at != std::end(kFunctions) && at->name == name ? at : nullptr;
}

std::span<const Function> all_functions() { return kFunctions; }

}  // namespace lapwing::promql
