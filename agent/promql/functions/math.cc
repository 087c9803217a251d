// Functions of one number. Semantics are Go's math package, where it says more than C's.
#include <cmath>
#include <limits>
#include <numbers>

#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

/// Go's math.Max: an infinity wins over NaN, NaN over everything else.
double larger(double a, double b) {
  constexpr double kEndless = std::numeric_limits<double>::infinity();
  if (a == kEndless || b == kEndless) return kEndless;
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
  return a > b ? a : b;
}

double smaller(double a, double b) { return -larger(-a, -b); }

}  // namespace

using Scalars = std::span<const double>;

double math_abs(double value, Scalars) { return std::fabs(value); }
double math_acos(double value, Scalars) { return std::acos(value); }
double math_acosh(double value, Scalars) { return std::acosh(value); }
double math_asin(double value, Scalars) { return std::asin(value); }
double math_asinh(double value, Scalars) { return std::asinh(value); }
double math_atan(double value, Scalars) { return std::atan(value); }
double math_atanh(double value, Scalars) { return std::atanh(value); }
double math_ceil(double value, Scalars) { return std::ceil(value); }
double math_cos(double value, Scalars) { return std::cos(value); }
double math_cosh(double value, Scalars) { return std::cosh(value); }
double math_deg(double value, Scalars) { return value * 180 / std::numbers::pi; }
double math_exp(double value, Scalars) { return std::exp(value); }
double math_floor(double value, Scalars) { return std::floor(value); }
double math_ln(double value, Scalars) { return std::log(value); }
double math_log10(double value, Scalars) { return std::log10(value); }
double math_log2(double value, Scalars) { return std::log2(value); }
double math_rad(double value, Scalars) { return value * std::numbers::pi / 180; }
double math_sin(double value, Scalars) { return std::sin(value); }
double math_sinh(double value, Scalars) { return std::sinh(value); }
double math_sqrt(double value, Scalars) { return std::sqrt(value); }
double math_tan(double value, Scalars) { return std::tan(value); }
double math_tanh(double value, Scalars) { return std::tanh(value); }

double math_sgn(double value, Scalars) { return value < 0 ? -1 : value > 0 ? 1 : value; }

double math_clamp(double value, Scalars scalars) {
  if (scalars[1] < scalars[0]) return absent_value();
  return larger(scalars[0], smaller(scalars[1], value));
}

double math_clamp_max(double value, Scalars scalars) { return smaller(scalars[0], value); }
double math_clamp_min(double value, Scalars scalars) { return larger(scalars[0], value); }

double math_round(double value, Scalars scalars) {
  // Multiplying by the inverse is what Prometheus does; it decides the last digits.
  const double inverse = 1.0 / (scalars.empty() ? 1.0 : scalars[0]);
  return std::floor(value * inverse + 0.5) / inverse;
}

}  // namespace lapwing::promql
