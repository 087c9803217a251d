#include "alerting/template/value.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

std::string go(double value) {
  std::string out;
  append_go_float(out, value);
  return out;
}

}  // namespace

TEST_CASE("append_go_float: prints as Go's %v") {
  CHECK(go(0) == "0");
  CHECK(go(-0.5) == "-0.5");
  CHECK(go(0.0001) == "0.0001");
  CHECK(go(0.00001) == "1e-05");
  CHECK(go(123456) == "123456");
  CHECK(go(1048576) == "1.048576e+06");
  CHECK(go(1e100) == "1e+100");
  CHECK(go(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(go(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("TemplateValue: truth and printing") {
  CHECK_FALSE(TemplateValue().truth());
  CHECK_FALSE(TemplateValue::string("").truth());
  CHECK(TemplateValue::number(0.1).truth());
  CHECK_FALSE(TemplateValue::list({}).truth());
  std::string out;
  TemplateValue::list({TemplateValue::integer(1), TemplateValue::from(Labels{{"a", "b"}})})
      .print(out);
  TemplateValue().print(out);
  CHECK(out == "[1 map[a:b]]<no value>");
}

TEST_CASE("TemplateValue: fields print in the order of their declaration") {
  std::string out;
  TemplateValue::object({{"b", TemplateValue::integer(1)}, {"a", TemplateValue::string("x")}})
      .print(out);
  TemplateValue::time(GoTime()).print(out);
  TemplateValue::duration(1'500'000'000).print(out);
  CHECK(out == "{1 x}0001-01-01 00:00:00 +0000 UTC1.5s");
}

TEST_CASE("TemplateValue: find looks in maps and objects alone") {
  const TemplateValue map = TemplateValue::from(Labels{{"a", "b"}});
  REQUIRE(map.find("a") != nullptr);
  CHECK(map.find("a")->as_string() == "b");
  CHECK(map.find("c") == nullptr);
  CHECK(TemplateValue::string("a").find("a") == nullptr);
}
