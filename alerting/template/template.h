// Template: one text of a rule with Go template actions in it, parsed once, expanded often.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "alerting/template/functions.h"

namespace lapwing::alerting {

struct TemplateTree;

/// What an alert's labels and annotations see.
struct AlertTemplateData {
  Labels labels;  ///< of the query's result, metric name included
  Labels external_labels;
  double value = 0;
};

/// Immutable, cheap to copy, any thread.
class Template {
 public:
  /// Invalid when the text does not parse as an alert's template ($labels, $value,
  /// $externalLabels, $externalURL exist).
  static Result<Template> parse(std::string_view text);

  const std::string& text() const { return *text_; }
  /// The text has no action: it expands to itself.
  bool constant() const { return tree_ == nullptr; }
  /// On failure the text is Prometheus's `<error expanding template: …>`.
  std::string expand(std::string_view alert_name, const AlertTemplateData& data,
                     const TemplateEnvironment& environment) const;

 private:
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const TemplateTree> tree_;  // null for a constant
};

}  // namespace lapwing::alerting
