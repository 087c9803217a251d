#include "alerting/template/functions.h"

#include "agent/base/number.h"

namespace lapwing::alerting {
namespace {

constexpr TemplateFunctionEntry kEvaluatorFunctions[] = {
    {"and", 1, -1, nullptr},
    {"or", 1, -1, nullptr},
};

constexpr TemplateType kSafeHtml{"template.HTML"};
constexpr TemplateType kSafeUrl{"template.URL"};

}  // namespace

const TemplateFunctionEntry* find_template_function(std::string_view name,
                                                    TemplateDialect dialect) {
  using Table = std::span<const TemplateFunctionEntry>;
  const auto search = [&](std::initializer_list<Table> tables) -> const TemplateFunctionEntry* {
    for (const Table table : tables)
      for (const TemplateFunctionEntry& entry : table)
        if (entry.name == name) return &entry;
    return nullptr;
  };
  const auto* own = search({kEvaluatorFunctions, print_functions(), comparison_functions()});
  if (own != nullptr) return own;
  return dialect == TemplateDialect::Rule
             ? search({text_functions(), number_functions(), query_functions()})
             : search({notification_functions()});
}

Result<std::string> template_text(const TemplateValue& value) {
  if (value.kind() == TemplateValue::Kind::String) return value.as_string();
  return invalid("wrong type for value; expected string; got " + std::string(value.type_name()));
}

Result<TemplateValue> template_safe_html(const TemplateEnvironment&, TemplateArguments arguments) {
  const auto text = template_text(arguments[0]);
  if (!text) return text.error();
  return arguments[0].as(kSafeHtml);
}

Result<TemplateValue> template_safe_url(const TemplateEnvironment&, TemplateArguments arguments) {
  const auto text = template_text(arguments[0]);
  if (!text) return text.error();
  return arguments[0].as(kSafeUrl);
}

bool is_safe_html(const TemplateValue& value) { return &value.type() == &kSafeHtml; }
bool is_safe_url(const TemplateValue& value) { return &value.type() == &kSafeUrl; }

Result<double> template_number(const TemplateValue& value) {
  switch (value.kind()) {
    case TemplateValue::Kind::Float:
      return value.as_float();
    case TemplateValue::Kind::Integer:
      return double(value.as_integer());
    case TemplateValue::Kind::Duration:
      return double(value.as_integer()) / 1e9;
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
