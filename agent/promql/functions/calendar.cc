// Parts of a UTC date, from seconds since 1970.
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

using std::chrono::floor;

// std::chrono::year has 16 bits.
constexpr double kFurthestSeconds = 900'000'000'000;

std::optional<std::chrono::sys_seconds> moment(double seconds) {
  if (!(std::fabs(seconds) < kFurthestSeconds)) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

/// Applies `part` to the moment's day; NaN where the value is no date.
template <typename Part>
double of_date(double seconds, Part part) {
  const auto time = moment(seconds);
  if (!time) return std::numeric_limits<double>::quiet_NaN();
  const auto day = floor<std::chrono::days>(*time);
  return double(part(day, std::chrono::year_month_day(day)));
}

double of_time(double seconds, std::int64_t unit_seconds, std::int64_t modulus) {
  const auto time = moment(seconds);
  if (!time) return std::numeric_limits<double>::quiet_NaN();
  const auto of_day = *time - floor<std::chrono::days>(*time);
  return double(of_day.count() / unit_seconds % modulus);
}

}  // namespace

using Scalars = std::span<const double>;

double calendar_day_of_month(double value, Scalars) {
  return of_date(value, [](auto, auto date) { return unsigned(date.day()); });
}

double calendar_day_of_week(double value, Scalars) {
  return of_date(value, [](auto day, auto) { return std::chrono::weekday(day).c_encoding(); });
}

double calendar_day_of_year(double value, Scalars) {
  return of_date(value, [](auto day, auto date) {
    const std::chrono::sys_days first = date.year() / std::chrono::January / 1;
    return (day - first).count() + 1;
  });
}

double calendar_days_in_month(double value, Scalars) {
  return of_date(value, [](auto, auto date) {
    return unsigned((date.year() / date.month() / std::chrono::last).day());
  });
}

double calendar_hour(double value, Scalars) { return of_time(value, 3600, 24); }
double calendar_minute(double value, Scalars) { return of_time(value, 60, 60); }

double calendar_month(double value, Scalars) {
  return of_date(value, [](auto, auto date) { return unsigned(date.month()); });
}

double calendar_year(double value, Scalars) {
  return of_date(value, [](auto, auto date) { return int(date.year()); });
}

}  // namespace lapwing::promql
