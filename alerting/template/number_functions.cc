// Numbers as a person reads them: Prometheus's humanize family, and times.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "alerting/template/functions.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;

/// C's %.4g with Go's words for what is no number.
std::string four_digits(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%.4g", value);
  return std::string(text, std::size_t(length));
}

constexpr const char* kLarge[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
constexpr const char* kBinary[] = {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
constexpr const char* kSmall[] = {"m", "u", "n", "p", "f", "a", "z", "y"};

std::string scaled_up(double value, double base, std::span<const char* const> prefixes) {
  const char* prefix = "";
  for (const char* const next : prefixes) {
    if (std::fabs(value) < base) break;
    prefix = next;
    value /= base;
  }
  return four_digits(value) + prefix;
}

std::string scaled_down(double value) {
  const char* prefix = "";
  for (const char* const next : kSmall) {
    if (std::fabs(value) >= 1) break;
    prefix = next;
    value *= 1000;
  }
  return four_digits(value) + prefix;
}

std::string humanize_text(double value) {
  if (value == 0 || !std::isfinite(value)) return four_digits(value);
  return std::fabs(value) >= 1 ? scaled_up(value, 1000, kLarge) : scaled_down(value);
}

std::string humanize1024_text(double value) {
  if (std::fabs(value) <= 1 || !std::isfinite(value)) return four_digits(value);
  return scaled_up(value, 1024, kBinary);
}

std::string humanize_duration_text(double value) {
  if (!std::isfinite(value)) return four_digits(value);
  if (value == 0) return "0s";
  if (std::fabs(value) < 1) return scaled_down(value) + "s";
  const std::string sign = value < 0 ? "-" : "";
  value = std::fabs(value);
  if (value >= 9e18) return sign + four_digits(value) + "s";  // Past int64 Go's result is noise.
  const auto whole = std::int64_t(value);
  const std::string seconds = std::to_string(whole % 60) + "s";
  const std::string minutes = std::to_string(whole / 60 % 60) + "m " + seconds;
  const std::string hours = std::to_string(whole / 3600 % 24) + "h " + minutes;
  if (whole >= 86400) return sign + std::to_string(whole / 86400) + "d " + hours;
  if (whole >= 3600) return sign + hours;
  if (whole >= 60) return sign + minutes;
  return sign + four_digits(value) + "s";
}

/// The time of seconds since 1970.
Result<GoTime> time_of(double seconds) {
  if (!(std::fabs(seconds) < 9.2e9))
    return invalid("cannot be represented as a nanoseconds timestamp since it overflows int64");
  return GoTime::from({}).plus(std::int64_t(seconds * 1e9));
}

template <std::string (*Form)(double)>
Result<TemplateValue> number_text(const Environment&, TemplateArguments arguments) {
  const auto number = template_number(arguments[0]);
  if (!number) return number.error();
  return TemplateValue::string(Form(*number));
}

std::string percentage_text(double value) { return four_digits(value * 100) + "%"; }

Result<TemplateValue> humanize_timestamp(const Environment&, TemplateArguments arguments) {
  const auto number = template_number(arguments[0]);
  if (!number) return number.error();
  if (!std::isfinite(*number)) return TemplateValue::string(four_digits(*number));
  const auto time = time_of(*number);
  if (!time) return time.error();
  return TemplateValue::string(go_time_text(*time));
}

Result<TemplateValue> to_time(const Environment&, TemplateArguments arguments) {
  const auto number = template_number(arguments[0]);
  if (!number) return number.error();
  auto time = time_of(*number);
  if (!time) return std::move(time).error();
  return TemplateValue::time(*std::move(time));
}

Result<TemplateValue> to_duration(const Environment&, TemplateArguments arguments) {
  const auto number = template_number(arguments[0]);
  if (!number) return number.error();
  if (!(std::fabs(*number) < 9.2e9)) return invalid("duration overflows int64");
  return TemplateValue::duration(std::int64_t(*number * 1e9));
}

Result<TemplateValue> parse_duration_seconds(const Environment&, TemplateArguments arguments) {
  if (const auto text = template_text(arguments[0]); !text) return text.error();
  const auto duration = parse_duration(arguments[0].as_string());
  if (!duration) return duration.error();
  return TemplateValue::number(to_seconds(*duration));
}

Result<TemplateValue> now_seconds(const Environment& environment, TemplateArguments) {
  return TemplateValue::number(to_seconds(environment.now));
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"humanize", 1, 1, number_text<humanize_text>},
    {"humanize1024", 1, 1, number_text<humanize1024_text>},
    {"humanizeDuration", 1, 1, template_humanize_duration},
    {"humanizePercentage", 1, 1, number_text<percentage_text>},
    {"humanizeTimestamp", 1, 1, humanize_timestamp},
    {"toTime", 1, 1, to_time},
    {"toDuration", 1, 1, to_duration},
    {"parseDuration", 1, 1, parse_duration_seconds},
    {"now", 0, 0, now_seconds},
};

}  // namespace

Result<TemplateValue> template_humanize_duration(const Environment& environment,
                                                 TemplateArguments arguments) {
  return number_text<humanize_duration_text>(environment, arguments);
}

std::span<const TemplateFunctionEntry> number_functions() { return kFunctions; }

}  // namespace lapwing::alerting
