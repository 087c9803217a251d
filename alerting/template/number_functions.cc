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

/// Go's Time.String() in UTC, with nanoseconds as far as they are not zero.
Result<std::string> time_text(double seconds) {
  if (!(std::fabs(seconds) < 9.2e9))
    return invalid("cannot be represented as a nanoseconds timestamp since it overflows int64");
  const auto nanoseconds = std::int64_t(std::floor(seconds * 1e9));
  std::int64_t whole = nanoseconds / 1'000'000'000;
  std::int64_t rest = nanoseconds % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --whole;
  }
  std::string text = format_rfc3339(from_millis(whole * 1000));
  text[10] = ' ';
  text.pop_back();
  if (rest != 0) {
    char fraction[16];
    std::snprintf(fraction, sizeof fraction, ".%09d", int(rest));
    std::string digits = fraction;
    while (digits.back() == '0') digits.pop_back();
    text += digits;
  }
  return text + " +0000 UTC";
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
  auto text = time_text(*number);
  if (!text) return std::move(text).error();
  return TemplateValue::string(std::move(*text));
}

/// Go's Duration.String().
Result<TemplateValue> to_duration(const Environment&, TemplateArguments arguments) {
  const auto number = template_number(arguments[0]);
  if (!number) return number.error();
  if (!(std::fabs(*number) < 9.2e9)) return invalid("duration overflows int64");
  const auto nanoseconds = std::int64_t(*number * 1e9);
  if (nanoseconds == 0) return TemplateValue::string("0s");
  const std::string sign = nanoseconds < 0 ? "-" : "";
  const auto size = std::uint64_t(std::llabs(nanoseconds));
  const auto decimal = [](std::uint64_t value, std::uint64_t unit) {
    std::string text = std::to_string(value / unit);
    std::string digits = std::to_string(unit + value % unit).substr(1);
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    return digits.empty() ? text : text + "." + digits;
  };
  if (size < 1000) return TemplateValue::string(sign + std::to_string(size) + "ns");
  if (size < 1'000'000) return TemplateValue::string(sign + decimal(size, 1000) + "µs");
  if (size < 1'000'000'000) return TemplateValue::string(sign + decimal(size, 1'000'000) + "ms");
  const std::uint64_t minutes = size / 60'000'000'000;
  std::string text = decimal(size % 60'000'000'000, 1'000'000'000) + "s";
  if (minutes > 0) text = std::to_string(minutes % 60) + "m" + text;
  if (minutes >= 60) text = std::to_string(minutes / 60) + "h" + text;
  return TemplateValue::string(sign + text);
}

Result<TemplateValue> parse_duration_seconds(const Environment&, TemplateArguments arguments) {
  if (arguments[0].kind() != TemplateValue::Kind::String)
    return invalid("wrong type for value; expected string; got " +
                   std::string(arguments[0].type_name()));
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
    {"humanizeDuration", 1, 1, number_text<humanize_duration_text>},
    {"humanizePercentage", 1, 1, number_text<percentage_text>},
    {"humanizeTimestamp", 1, 1, humanize_timestamp},
    {"toTime", 1, 1, humanize_timestamp},
    {"toDuration", 1, 1, to_duration},
    {"parseDuration", 1, 1, parse_duration_seconds},
    {"now", 0, 0, now_seconds},
};

}  // namespace

std::span<const TemplateFunctionEntry> number_functions() { return kFunctions; }

}  // namespace lapwing::alerting
