// Evaluates a template's tree. Bounded: a template that would loop or grow without end stops
// with an error.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "agent/base/result.h"
#include "alerting/template/functions.h"
#include "alerting/template/node.h"

namespace lapwing::alerting {

struct TemplateLimits {
  std::size_t output_bytes = 64 * 1024;
  std::size_t steps = 100'000;  ///< nodes and function calls
  int depth = 100;              ///< templates that call templates
};

using TemplateVariable = std::pair<std::string_view, TemplateValue>;

/// Invalid with Go's form of message: `executing "name" at <.x>: …`.
Result<std::string> evaluate_template(const TemplateTree& tree, std::string_view name,
                                      const TemplateValue& data,
                                      std::span<const TemplateVariable> variables,
                                      const TemplateEnvironment& environment,
                                      const TemplateLimits& limits = {});

}  // namespace lapwing::alerting
