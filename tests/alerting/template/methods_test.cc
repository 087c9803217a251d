#include "alerting/template/methods.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

std::string call(const TemplateValue& self, std::string_view name,
                 std::vector<TemplateValue> arguments = {}) {
  const TemplateMethod* method = find_template_method(self, name);
  if (method == nullptr) return "no such method";
  REQUIRE(method->arguments == int(arguments.size()));
  const auto result = method->call(self, arguments);
  if (!result) return result.error().message;
  std::string out;
  result->print(out);
  return out;
}

TemplateValue time(std::string_view text) {
  return TemplateValue::time(parse_go_time(text).value());
}

}  // namespace

TEST_CASE("template methods: of a time") {
  const TemplateValue self = time("2026-01-02T03:04:05.678Z");
  CHECK(call(self, "Format", {TemplateValue::string("15:04")}) == "03:04");
  CHECK(call(self, "Unix") == "1767323045");
  CHECK(call(self, "UnixMilli") == "1767323045678");
  CHECK(call(self, "UnixNano") == "1767323045678000000");
  CHECK(call(self, "Year") == "2026");
  CHECK(call(self, "Month") == "January");
  CHECK(call(self, "Weekday") == "Friday");
  CHECK(call(self, "YearDay") == "2");
  CHECK(call(self, "IsZero") == "false");
  // The idiom for a zone of its own: a constant is nanoseconds.
  CHECK(call(self, "Add", {TemplateValue::number(28800e9)}) == "2026-01-02 11:04:05.678 +0000 UTC");
  CHECK(call(self, "Add", {TemplateValue::number(0.5)}).find("wrong type") != std::string::npos);
  CHECK(call(self, "Sub", {time("2026-01-02T03:00:00Z")}) == "4m5.678s");
  CHECK(call(self, "Before", {time("2026-01-02T03:00:00Z")}) == "false");
  CHECK(call(self, "After", {time("2026-01-02T03:00:00Z")}) == "true");
  CHECK(call(self, "Equal", {self}) == "true");
  CHECK(call(self, "Before", {TemplateValue::integer(1)}).find("time.Time") != std::string::npos);
}

TEST_CASE("template methods: of a duration") {
  const TemplateValue self = TemplateValue::duration(90'600'000'000);
  CHECK(call(self, "Seconds") == "90.6");
  CHECK(call(self, "Minutes") == "1.51");
  CHECK(call(self, "Milliseconds") == "90600");
  CHECK(call(self, "Round", {TemplateValue::integer(1'000'000'000)}) == "1m31s");
  CHECK(call(self, "Truncate", {TemplateValue::integer(1'000'000'000)}) == "1m30s");
  CHECK(call(self, "String") == "1m30.6s");
}

TEST_CASE("template methods: what has none") {
  CHECK(find_template_method(TemplateValue::string("a"), "Format") == nullptr);
  CHECK(find_template_method(TemplateValue(), "String") == nullptr);
}
