// The functions that templates call: Go's own, and those of Prometheus for rules
// (prometheus.io/docs/prometheus/latest/configuration/template_reference) or of Alertmanager for
// notifications (prometheus.io/docs/alerting/latest/notifications).
// `and` and `or` steer evaluation and live in the evaluator.
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

/// Whose functions a template may call beside Go's.
enum class TemplateDialect { Rule, Notification };

/// nullptr when there is no such function.
const TemplateFunctionEntry* find_template_function(std::string_view name, TemplateDialect dialect);

/// A text; Invalid in Go's words when the value is none.
Result<std::string> template_text(const TemplateValue& value);

/// A number, a duration (in seconds), or a text that is a number: what the humanize functions take.
Result<double> template_number(const TemplateValue& value);

/// A function of one text, as a table entry.
template <std::string (*Change)(const std::string&)>
Result<TemplateValue> text_function(const TemplateEnvironment&, TemplateArguments arguments) {
  const auto text = template_text(arguments[0]);
  if (!text) return text.error();
  return TemplateValue::string(Change(*text));
}

/// `match` and `reReplaceAll`, which both dialects have.
Result<TemplateValue> template_match(const TemplateEnvironment& environment,
                                     TemplateArguments arguments);
Result<TemplateValue> template_replace_all(const TemplateEnvironment& environment,
                                           TemplateArguments arguments);
/// `humanizeDuration`, which both dialects have.
Result<TemplateValue> template_humanize_duration(const TemplateEnvironment& environment,
                                                 TemplateArguments arguments);
/// The text itself, marked as one that HTML need not escape.
Result<TemplateValue> template_safe_html(const TemplateEnvironment& environment,
                                         TemplateArguments arguments);
Result<TemplateValue> template_safe_url(const TemplateEnvironment& environment,
                                        TemplateArguments arguments);
bool is_safe_html(const TemplateValue& value);
bool is_safe_url(const TemplateValue& value);
/// The result of `html`, or of `urlquery`: a page need not escape it once more.
bool is_html_escaped(const TemplateValue& value);
bool is_query_escaped(const TemplateValue& value);

/// Tables of the files beside this one: Go's own …
std::span<const TemplateFunctionEntry> print_functions();
std::span<const TemplateFunctionEntry> comparison_functions();
/// … Prometheus's …
std::span<const TemplateFunctionEntry> text_functions();
std::span<const TemplateFunctionEntry> number_functions();
std::span<const TemplateFunctionEntry> query_functions();
/// … and Alertmanager's.
std::span<const TemplateFunctionEntry> notification_functions();

}  // namespace lapwing::alerting
