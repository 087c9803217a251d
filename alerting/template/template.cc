#include "alerting/template/template.h"

#include <array>

#include "alerting/template/evaluator.h"
#include "alerting/template/parser.h"

namespace lapwing::alerting {
namespace {

constexpr std::array<std::string_view, 4> kVariables = {"labels", "externalLabels", "externalURL",
                                                        "value"};

}  // namespace

Result<Template> Template::parse(std::string_view text) {
  Template parsed;
  parsed.text_ = std::make_shared<const std::string>(text);
  if (text.find("{{") == std::string_view::npos) return parsed;
  auto tree = parse_template(text, kVariables);
  if (!tree) return std::move(tree).error();
  parsed.tree_ = std::make_shared<const TemplateTree>(std::move(*tree));
  return parsed;
}

std::string Template::expand(std::string_view alert_name, const AlertTemplateData& data,
                             const TemplateEnvironment& environment) const {
  if (constant()) return *text_;
  const TemplateValue labels = TemplateValue::from(data.labels);
  const TemplateValue external_labels = TemplateValue::from(data.external_labels);
  const TemplateValue external_url = TemplateValue::string(environment.external_url);
  const TemplateValue value = TemplateValue::number(data.value);
  const TemplateValue dot = TemplateValue::object({{"Labels", labels},
                                                   {"ExternalLabels", external_labels},
                                                   {"ExternalURL", external_url},
                                                   {"Value", value}});
  const std::array<TemplateVariable, 4> variables = {
      TemplateVariable{kVariables[0], labels}, TemplateVariable{kVariables[1], external_labels},
      TemplateVariable{kVariables[2], external_url}, TemplateVariable{kVariables[3], value}};
  const std::string name = "__alert_" + std::string(alert_name);
  auto text = evaluate_template(*tree_, dot, environment, {.name = name, .variables = variables});
  if (text) return std::move(*text);
  return "<error expanding template: error executing template " + name +
         ": template: " + text.error().message + ">";
}

}  // namespace lapwing::alerting
