// The functions that templates call: Go's own and Prometheus's
// (prometheus.io/docs/prometheus/latest/configuration/template_reference).
// `and`, `or` and `tmpl` steer evaluation and live in the evaluator.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/promql/value.h"
#include "alerting/template/value.h"

namespace lapwing::alerting {

/// What the functions know of the world.
struct TemplateEnvironment {
  /// Runs an instant query; empty: `query` is an error.
  std::function<Result<promql::Vector>(const std::string& expression)> query;
  std::string external_url;
  Timestamp now;
};

using TemplateArguments = std::span<const TemplateValue>;
using TemplateFunction = Result<TemplateValue> (*)(const TemplateEnvironment&, TemplateArguments);

struct TemplateFunctionEntry {
  std::string_view name;
  int least = 0;                    ///< arguments
  int most = 0;                     ///< -1: any number
  TemplateFunction call = nullptr;  ///< nullptr: the evaluator's own
};

/// nullptr when there is no such function.
const TemplateFunctionEntry* find_template_function(std::string_view name);
bool is_template_function(std::string_view name);

/// A number, or a text that is one: what the humanize functions take.
Result<double> template_number(const TemplateValue& value);

/// Tables of the files beside this one.
std::span<const TemplateFunctionEntry> text_functions();
std::span<const TemplateFunctionEntry> number_functions();
std::span<const TemplateFunctionEntry> comparison_functions();
std::span<const TemplateFunctionEntry> query_functions();

}  // namespace lapwing::alerting
