// Expands one text as an alert's template, for tests.
#pragma once

#include <string>
#include <string_view>

#include "alerting/template/template.h"

namespace lapwing::testing {

inline std::string expand(std::string_view text, const alerting::AlertTemplateData& data = {},
                          const alerting::TemplateEnvironment& environment = {}) {
  const auto parsed = alerting::Template::parse(text);
  return parsed ? parsed->expand("X", data, environment) : "parse: " + parsed.error().message;
}

}  // namespace lapwing::testing
