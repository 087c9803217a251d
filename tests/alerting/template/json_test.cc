#include "alerting/template/json.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("template json: as Go writes it") {
  const TemplateValue value = TemplateValue::map(
      {{"b", TemplateValue::list({TemplateValue::integer(1), TemplateValue::string("x<\"\xff")})},
       {"a", TemplateValue::number(1.5)},
       {"c", TemplateValue()},
       {"d", TemplateValue::boolean(true)},
       {"e", TemplateValue::time(GoTime())},
       {"f", TemplateValue::string("\xe2\x80\xa8\t\x01&")}});
  CHECK(template_json(value) ==
        "{\"a\":1.5,\"b\":[1,\"x\\u003c\\\"\\ufffd\"],\"c\":null,\"d\":true,"
        "\"e\":\"0001-01-01T00:00:00Z\",\"f\":\"\\u2028\\t\\u0001\\u0026\"}");
  CHECK(template_json(TemplateValue::object({{"Name", TemplateValue::string("n")}})) ==
        "{\"Name\":\"n\"}");
  CHECK(template_json(TemplateValue::number(std::numeric_limits<double>::infinity())) == "null");
}

TEST_CASE("template json: a string alone") {
  CHECK(go_json_string("a > \"b\" & c\n\x7f") == "\"a \\u003e \\\"b\\\" \\u0026 c\\n\x7f\"");
  CHECK(go_json_string("") == "\"\"");
}
