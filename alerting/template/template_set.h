// TemplateSet: the templates of notifications: our default ones, and Alertmanager's `templates`
// files. A text of a receiver ("{{ template \"slack.default.title\" . }}") is parsed once as a
// NotificationTemplate and expanded with a set and a notification's data.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/config/mapping.h"
#include "alerting/template/functions.h"
#include "alerting/template/node.h"

namespace lapwing::alerting {

/// What a text becomes: as it is, or a page in which values are escaped where they stand, as Go's
/// html/template does (mails).
enum class TemplateOutput { Text, Html };

/// Changed while it is built, then shared as const by any thread.
class TemplateSet {
 public:
  /// The default templates alone.
  TemplateSet();

  /// Adds what a file defines; of two definitions the later one wins, unless it is blank. `name`
  /// is the file's without its folder: its text outside of definitions goes by it. Invalid with
  /// the line when it does not parse; then nothing of it is added.
  Result<void> add(std::string_view name, std::string_view text);

  const TemplateDefinitions& definitions() const { return definitions_; }

 private:
  TemplateDefinitions definitions_;
};

/// Reads the files of Alertmanager's `templates` patterns; a pattern may name none. What is wrong
/// goes to `diagnostics`, and the rest is taken.
TemplateSet load_template_files(const std::vector<std::string>& patterns,
                                const config::Place& place, config::Diagnostics& diagnostics);

/// Immutable, cheap to copy, any thread.
class NotificationTemplate {
 public:
  /// Expands to nothing.
  NotificationTemplate() = default;
  /// Invalid when the text does not parse.
  static Result<NotificationTemplate> parse(std::string_view text);

  const std::string& text() const;
  bool empty() const { return text_ == nullptr || text_->empty(); }

  /// `data`: what the text calls dot, usually notification_data(). Invalid with Go's form of
  /// message when it cannot be expanded, or is past the limits of notifications.
  Result<std::string> expand(const TemplateSet& set, const TemplateValue& data,
                             const TemplateEnvironment& environment,
                             TemplateOutput output = TemplateOutput::Text) const;

 private:
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const TemplateTree> tree_;  // null for a constant
};

}  // namespace lapwing::alerting
