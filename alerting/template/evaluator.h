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

/// Where a template's output goes when it is not plain text: it sees all of it, in order.
class TemplateEscaper {
 public:
  virtual ~TemplateEscaper() = default;
  /// Appends what the template's own text becomes.
  virtual void text(std::string_view text, std::string& out) = 0;
  /// Appends what a value becomes here.
  virtual void value(const TemplateValue& value, std::string& out) = 0;
};

/// What a template runs with.
struct TemplateRun {
  std::string_view name{};  ///< in messages
  std::span<const TemplateVariable> variables{};
  /// Definitions of other files, which the tree's own replace; may be null.
  const TemplateDefinitions* library = nullptr;
  TemplateEscaper* escaper = nullptr;
  TemplateLimits limits{};
};

/// Invalid with Go's form of message: `executing "name" at <.x>: …`.
Result<std::string> evaluate_template(const TemplateTree& tree, const TemplateValue& data,
                                      const TemplateEnvironment& environment,
                                      const TemplateRun& run);

}  // namespace lapwing::alerting
