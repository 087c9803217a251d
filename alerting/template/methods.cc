#include "alerting/template/methods.h"

#include <cmath>
#include <cstdlib>

namespace lapwing::alerting {
namespace {

using Kind = TemplateValue::Kind;
using Arguments = std::span<const TemplateValue>;

constexpr double kNanosecondsPerSecond = 1e9;

std::string month_text(const TemplateValue& month) {
  return format_go_time(
      GoTime::from(std::chrono::sys_days(std::chrono::year(2000) /
                                         std::chrono::month(unsigned(month.as_integer())) / 1)),
      "January");
}

std::string weekday_text(const TemplateValue& day) {
  // 2000-01-02 was a Sunday.
  return format_go_time(GoTime::from(std::chrono::sys_days(std::chrono::year(2000) / 1 / 2) +
                                     std::chrono::days(day.as_integer())),
                        "Monday");
}

constexpr TemplateType kMonth{"time.Month", {}, month_text};
constexpr TemplateType kWeekday{"time.Weekday", {}, weekday_text};

Error wrong_type(std::string_view wanted, const TemplateValue& value) {
  return invalid("wrong type for value; expected " + std::string(wanted) + "; got " +
                 std::string(value.type_name()));
}

/// A duration, or a constant without a fraction ("28800e9"), as Go's untyped constants convert.
Result<std::int64_t> nanoseconds_of(const TemplateValue& value) {
  if (value.kind() == Kind::Duration || value.kind() == Kind::Integer) return value.as_integer();
  if (value.kind() == Kind::Float && std::fabs(value.as_float()) < 9.2e18 &&
      std::trunc(value.as_float()) == value.as_float())
    return std::int64_t(value.as_float());
  return wrong_type("time.Duration", value);
}

Result<GoTime> time_of(const TemplateValue& value) {
  if (value.kind() == Kind::Time) return value.as_time();
  return wrong_type("time.Time", value);
}

/// A part of the time that its format shows as a number.
template <const char* kLayout>
Result<TemplateValue> number_part(const TemplateValue& self, Arguments) {
  const std::string text = format_go_time(self.as_time(), kLayout);
  return TemplateValue::integer(std::strtol(text.c_str(), nullptr, 10));
}

constexpr char kYearLayout[] = "2006";
constexpr char kMonthLayout[] = "1";
constexpr char kDayLayout[] = "2";
constexpr char kYearDayLayout[] = "__2";
constexpr char kHourLayout[] = "15";
constexpr char kMinuteLayout[] = "4";
constexpr char kSecondLayout[] = "5";

Result<TemplateValue> month(const TemplateValue& self, Arguments arguments) {
  return number_part<kMonthLayout>(self, arguments)->as(kMonth);
}

Result<TemplateValue> weekday(const TemplateValue& self, Arguments) {
  const GoTime& time = self.as_time();
  const std::chrono::sys_seconds local(std::chrono::seconds(time.seconds + time.offset_seconds()));
  const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(local));
  return TemplateValue::integer(day.c_encoding()).as(kWeekday);
}

Result<TemplateValue> format(const TemplateValue& self, Arguments arguments) {
  if (arguments[0].kind() != Kind::String) return wrong_type("string", arguments[0]);
  return TemplateValue::string(format_go_time(self.as_time(), arguments[0].as_string()));
}

Result<TemplateValue> unix_seconds(const TemplateValue& self, Arguments) {
  return TemplateValue::integer(self.as_time().seconds);
}

Result<TemplateValue> unix_millis(const TemplateValue& self, Arguments) {
  return TemplateValue::integer(self.as_time().seconds * 1000 +
                                self.as_time().nanoseconds / 1'000'000);
}

Result<TemplateValue> unix_nanos(const TemplateValue& self, Arguments) {
  return TemplateValue::integer(self.as_time().minus(GoTime::from({})));
}

TemplateValue in_zone(const TemplateValue& self, TimeZone zone) {
  GoTime time = self.as_time();
  time.zone = std::move(zone);
  time.fixed_offset_minutes = 0;
  return TemplateValue::time(std::move(time));
}

Result<TemplateValue> in_utc(const TemplateValue& self, Arguments) { return in_zone(self, {}); }

Result<TemplateValue> in_local(const TemplateValue& self, Arguments) {
  auto zone = TimeZone::find("Local");
  if (!zone) return std::move(zone).error();
  return in_zone(self, *std::move(zone));
}

Result<TemplateValue> add(const TemplateValue& self, Arguments arguments) {
  const auto more = nanoseconds_of(arguments[0]);
  if (!more) return more.error();
  return TemplateValue::time(self.as_time().plus(*more));
}

Result<TemplateValue> subtract(const TemplateValue& self, Arguments arguments) {
  const auto other = time_of(arguments[0]);
  if (!other) return other.error();
  return TemplateValue::duration(self.as_time().minus(*other));
}

Result<TemplateValue> before(const TemplateValue& self, Arguments arguments) {
  const auto other = time_of(arguments[0]);
  if (!other) return other.error();
  return TemplateValue::boolean(self.as_time().minus(*other) < 0);
}

Result<TemplateValue> after(const TemplateValue& self, Arguments arguments) {
  const auto other = time_of(arguments[0]);
  if (!other) return other.error();
  return TemplateValue::boolean(self.as_time().minus(*other) > 0);
}

Result<TemplateValue> equal(const TemplateValue& self, Arguments arguments) {
  const auto other = time_of(arguments[0]);
  if (!other) return other.error();
  return TemplateValue::boolean(self.as_time().minus(*other) == 0);
}

Result<TemplateValue> is_zero(const TemplateValue& self, Arguments) {
  return TemplateValue::boolean(self.as_time().zero());
}

Result<TemplateValue> text(const TemplateValue& self, Arguments) {
  std::string out;
  self.print(out);
  return TemplateValue::string(std::move(out));
}

template <int kSeconds>
Result<TemplateValue> duration_in(const TemplateValue& self, Arguments) {
  return TemplateValue::number(double(self.as_integer()) / (kNanosecondsPerSecond * kSeconds));
}

Result<TemplateValue> milliseconds(const TemplateValue& self, Arguments) {
  return TemplateValue::integer(self.as_integer() / 1'000'000);
}

/// Duration.Truncate and Round (half away from zero).
template <bool kRound>
Result<TemplateValue> to_multiple(const TemplateValue& self, Arguments arguments) {
  const auto unit = nanoseconds_of(arguments[0]);
  if (!unit) return unit.error();
  if (*unit <= 0) return self;
  const std::int64_t value = self.as_integer();
  std::int64_t rest = value % *unit;
  std::int64_t result = value - rest;
  if (kRound && std::llabs(rest) >= *unit - std::llabs(rest)) result += value < 0 ? -*unit : *unit;
  return TemplateValue::duration(result);
}

constexpr TemplateMethod kTimeMethods[] = {
    {"Format", 1, format},
    {"Unix", 0, unix_seconds},
    {"UnixMilli", 0, unix_millis},
    {"UnixNano", 0, unix_nanos},
    {"UTC", 0, in_utc},
    {"Local", 0, in_local},
    {"Add", 1, add},
    {"Sub", 1, subtract},
    {"Before", 1, before},
    {"After", 1, after},
    {"Equal", 1, equal},
    {"IsZero", 0, is_zero},
    {"String", 0, text},
    {"Year", 0, number_part<kYearLayout>},
    {"Month", 0, month},
    {"Day", 0, number_part<kDayLayout>},
    {"YearDay", 0, number_part<kYearDayLayout>},
    {"Hour", 0, number_part<kHourLayout>},
    {"Minute", 0, number_part<kMinuteLayout>},
    {"Second", 0, number_part<kSecondLayout>},
    {"Weekday", 0, weekday},
};

constexpr TemplateMethod kDurationMethods[] = {
    {"Seconds", 0, duration_in<1>},
    {"Minutes", 0, duration_in<60>},
    {"Hours", 0, duration_in<3600>},
    {"Milliseconds", 0, milliseconds},
    {"String", 0, text},
    {"Truncate", 1, to_multiple<false>},
    {"Round", 1, to_multiple<true>},
};

}  // namespace

const TemplateMethod* find_template_method(const TemplateValue& value, std::string_view name) {
  std::span<const TemplateMethod> methods = value.type().methods;
  if (value.kind() == Kind::Time) methods = kTimeMethods;
  if (value.kind() == Kind::Duration) methods = kDurationMethods;
  for (const TemplateMethod& method : methods)
    if (method.name == name) return &method;
  return nullptr;
}

}  // namespace lapwing::alerting
