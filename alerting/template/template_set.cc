#include "alerting/template/template_set.h"

#include <glob.h>

#include <algorithm>
#include <cassert>
#include <charconv>

#include "agent/base/file.h"
#include "alerting/template/default_templates.h"
#include "alerting/template/evaluator.h"
#include "alerting/template/html_escaper.h"
#include "alerting/template/parser.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kFileLimitBytes = 1024 * 1024;
constexpr std::size_t kFileLimit = 1000;
/// A notification may list thousands of alerts.
constexpr TemplateLimits kLimits{.output_bytes = 4 * 1024 * 1024, .steps = 4'000'000};

const std::string kNoText;

Result<std::vector<std::string>> files_of(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  const int code = ::glob(pattern.c_str(), 0, nullptr, &found);
  if (code == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (code != 0 && code != GLOB_NOMATCH) return unavailable("cannot look for " + pattern);
  if (paths.size() > kFileLimit)
    return invalid(pattern + " names more than " + std::to_string(kFileLimit) + " files");
  return paths;
}

/// The parser's "LINE: message" at the file's place.
void report(const std::string& path, const std::string& message, config::Diagnostics& diagnostics) {
  config::Place place{path, 1, 1};
  const char* const end = message.data() + message.size();
  const auto [rest, error] = std::from_chars(message.data(), end, place.line);
  const bool has_line = error == std::errc() && std::string_view(rest, end).starts_with(": ");
  diagnostics.error(place, "templates: " + (has_line ? std::string(rest + 2, end) : message));
}

}  // namespace

TemplateSet::TemplateSet() {
  [[maybe_unused]] const auto added = add("", kDefaultTemplates);
  assert(added.ok());
}

Result<void> TemplateSet::add(std::string_view name, std::string_view text) {
  auto tree = parse_template(text, {}, TemplateDialect::Notification);
  if (!tree) return std::move(tree).error();
  if (!name.empty()) tree->defined.try_emplace(std::string(name), std::move(tree->body));
  for (auto& [key, body] : tree->defined) {
    const auto [at, added] = definitions_.try_emplace(key, std::move(body));
    if (!added && !is_blank(body)) at->second = std::move(body);
  }
  return {};
}

TemplateSet load_template_files(const std::vector<std::string>& patterns,
                                const config::Place& place, config::Diagnostics& diagnostics) {
  TemplateSet set;
  for (const std::string& pattern : patterns) {
    const auto paths = files_of(pattern);
    if (!paths) {
      diagnostics.error(place, "templates: " + paths.error().message);
      continue;
    }
    for (const std::string& path : *paths) {
      const auto text = read_file(path, kFileLimitBytes);
      if (!text) {
        diagnostics.error(place, "templates: " + text.error().message);
        continue;
      }
      const auto added = set.add(path.substr(path.rfind('/') + 1), *text);
      if (!added) report(path, added.error().message, diagnostics);
    }
  }
  return set;
}

Result<NotificationTemplate> NotificationTemplate::parse(std::string_view text) {
  NotificationTemplate parsed;
  parsed.text_ = std::make_shared<const std::string>(text);
  if (text.find("{{") == std::string_view::npos) return parsed;
  auto tree = parse_template(text, {}, TemplateDialect::Notification);
  if (!tree) return std::move(tree).error();
  parsed.tree_ = std::make_shared<const TemplateTree>(std::move(*tree));
  return parsed;
}

const std::string& NotificationTemplate::text() const { return text_ ? *text_ : kNoText; }

Result<std::string> NotificationTemplate::expand(const TemplateSet& set, const TemplateValue& data,
                                                 const TemplateEnvironment& environment,
                                                 TemplateOutput output) const {
  TemplateRun run{.library = &set.definitions(), .limits = kLimits};
  HtmlEscaper escaper;
  if (output == TemplateOutput::Html) run.escaper = &escaper;
  if (tree_ == nullptr) {
    if (run.escaper == nullptr) return text();
    std::string page;
    escaper.text(text(), page);
    return page;
  }
  return evaluate_template(*tree_, data, environment, run);
}

}  // namespace lapwing::alerting
