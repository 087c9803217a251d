#include "alerting/template/functions.h"

#include "agent/base/number.h"

namespace lapwing::alerting {
namespace {

constexpr TemplateFunctionEntry kEvaluatorFunctions[] = {
    {"and", 1, -1, nullptr},
    {"or", 1, -1, nullptr},
    {"tmpl", 2, 2, nullptr},
};

}  // namespace

const TemplateFunctionEntry* find_template_function(std::string_view name) {
  for (const auto table :
       {std::span<const TemplateFunctionEntry>(kEvaluatorFunctions), text_functions(),
        number_functions(), comparison_functions(), query_functions()})
    for (const TemplateFunctionEntry& entry : table)
      if (entry.name == name) return &entry;
  return nullptr;
}

bool is_template_function(std::string_view name) { return find_template_function(name) != nullptr; }

Result<double> template_number(const TemplateValue& value) {
  switch (value.kind()) {
    case TemplateValue::Kind::Float:
      return value.as_float();
    case TemplateValue::Kind::Integer:
      return double(value.as_integer());
    case TemplateValue::Kind::String: {
      auto number = parse_value(value.as_string());
      if (!number)
        return invalid("strconv.ParseFloat: parsing \"" + value.as_string() + "\": invalid syntax");
      return number;
    }
    default:
      return invalid("can't convert " + std::string(value.type_name()) + " to float64");
  }
}

}  // namespace lapwing::alerting
