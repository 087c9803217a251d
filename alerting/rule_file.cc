#include "alerting/rule_file.h"

#include <glob.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>

#include "agent/base/file.h"
#include "agent/base/utf8.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kFileLimitBytes = 16u << 20;
constexpr std::size_t kPatternFileLimit = 1000;
constexpr Duration kShortestInterval = 100ms;

bool is_label_name(std::string_view name) {
  return !name.empty() && name != kMetricName && is_utf8(name);
}

class RuleFileReader {
 public:
  RuleFileReader(const std::string& file, const RuleDefaults& defaults,
                 config::Diagnostics& diagnostics)
      : file_(file), defaults_(defaults), diagnostics_(diagnostics) {}

  std::vector<RuleGroup> read(const config::Value& root) {
    config::Mapping file(root, "", diagnostics_);
    file.each("groups", [this](config::Mapping& group) { read_group(group); });
    file.finish();
    return std::move(groups_);
  }

 private:
  void read_group(config::Mapping& map) {
    RuleGroup group;
    group.file = file_;
    group.name = map.required_string("name");
    if (map.has("name") && group.name.empty()) map.error("name", "groupname must not be empty");
    if (!names_.insert(group.name).second)
      map.error("name", "groupname: \"" + group.name + "\" is repeated in the same file");
    group.interval = map.duration("interval", Duration{});
    if (group.interval == Duration{}) group.interval = defaults_.interval;
    if (group.interval < kShortestInterval)
      map.error("interval", "expected at least " + format_duration(kShortestInterval));
    group.query_offset = map.duration("query_offset", defaults_.query_offset);
    group.limit = std::uint64_t(map.integer("limit", 0, 0, 1'000'000));
    const auto group_labels = read_texts(map, "labels", TextKind::Label);
    map.each("rules", [&](config::Mapping& rule) { read_rule(rule, group, group_labels); });
    groups_.push_back(std::move(group));
  }

  void read_rule(config::Mapping& map, RuleGroup& group, const Rule::Texts& group_labels) {
    const std::string record = map.string("record");
    const std::string alert = map.string("alert");
    const std::string text = map.required_string("expr");
    const bool recording = map.has("record");
    if (recording && map.has("alert"))
      map.error("alert", "only one of 'record' and 'alert' must be set");
    if (!recording && !map.has("alert"))
      map.error("record", "one of 'record' or 'alert' must be set");
    if ((recording ? record : alert).empty() && (recording || map.has("alert")))
      map.error(recording ? "record" : "alert", "expected a name");
    const Duration hold_for = map.duration("for", Duration{});
    const Duration keep_firing_for = map.duration("keep_firing_for", Duration{});
    Rule::Texts labels = read_texts(map, "labels", TextKind::Label);
    Rule::Texts annotations = read_texts(map, "annotations", TextKind::Annotation);
    if (recording) {
      if (hold_for != Duration{}) map.error("for", "invalid field 'for' in recording rule");
      if (keep_firing_for != Duration{})
        map.error("keep_firing_for", "invalid field 'keep_firing_for' in recording rule");
      if (!annotations.empty())
        map.error("annotations", "invalid field 'annotations' in recording rule");
      if (!is_utf8(record) || record.find_first_of("{}") != std::string::npos)
        map.error("record", "invalid recording rule name: " + record);
    }
    for (const auto& inherited : group_labels) {
      const bool own = std::any_of(labels.begin(), labels.end(), [&](const auto& label) {
        return label.first == inherited.first;
      });
      if (!own) labels.push_back(inherited);
    }
    auto expression = promql::Expression::parse(text);
    if (!expression) {
      if (map.has("expr"))
        map.error("expr", "could not parse expression: " + expression.error().message);
      return;
    }
    if (expression->type() != promql::ValueType::Vector &&
        expression->type() != promql::ValueType::Scalar) {
      map.error("expr", "expected an expression that gives a vector or a scalar, not a " +
                            std::string(promql::name(expression->type())));
      return;
    }
    std::string normal = expression->to_string();
    Condition condition = recording ? Condition() : read_condition(*expression);
    group.rules.push_back({.kind = recording ? Rule::Kind::Recording : Rule::Kind::Alerting,
                           .name = recording ? record : alert,
                           .expression = std::move(*expression),
                           .expression_text = std::move(normal),
                           .hold_for = hold_for,
                           .keep_firing_for = keep_firing_for,
                           .labels = std::move(labels),
                           .annotations = std::move(annotations),
                           .condition = std::move(condition),
                           .policy = nullptr});
  }

  enum class TextKind { Label, Annotation };

  Rule::Texts read_texts(config::Mapping& map, std::string_view key, TextKind kind) {
    Rule::Texts texts;
    for (auto& [name, text] : map.string_map(key)) {
      if (kind == TextKind::Label ? !is_label_name(name) : name.empty() || !is_utf8(name))
        map.error(key, "invalid " + std::string(kind == TextKind::Label ? "label" : "annotation") +
                           " name: " + name);
      auto parsed = Template::parse(text);
      if (parsed) {
        texts.emplace_back(name, std::move(*parsed));
      } else {
        map.error(key, "template of \"" + name + "\": " + parsed.error().message);
      }
    }
    return texts;
  }

  const std::string& file_;
  const RuleDefaults& defaults_;
  config::Diagnostics& diagnostics_;
  std::set<std::string> names_;
  std::vector<RuleGroup> groups_;
};

/// Takes "file:line:column: " off a parser's message, for the place of its own.
config::Place take_place(const std::string& file, std::string& message) {
  config::Place place{file};
  if (!message.starts_with(file + ":")) return place;
  int line = 0;
  int column = 0;
  int length = 0;
  if (std::sscanf(message.c_str() + file.size(), ":%d:%d: %n", &line, &column, &length) == 2 &&
      length > 0) {
    place.line = line;
    place.column = column;
    message.erase(0, file.size() + std::size_t(length));
  }
  return place;
}

std::vector<std::string> expand_pattern(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0)
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return paths;
}

}  // namespace

std::vector<RuleGroup> parse_rule_file(const std::string& file, std::string_view text,
                                       const RuleDefaults& defaults,
                                       config::Diagnostics& diagnostics) {
  const auto root = config::parse_yaml(file, text);
  if (!root) {
    std::string message = root.error().message;
    const config::Place place = take_place(file, message);
    diagnostics.error(place, std::move(message));
    return {};
  }
  return RuleFileReader(file, defaults, diagnostics).read(*root);
}

std::vector<RuleGroup> load_rule_files(const std::vector<std::string>& patterns,
                                       const RuleDefaults& defaults, const config::Place& place,
                                       config::Diagnostics& diagnostics) {
  std::vector<RuleGroup> groups;
  std::set<std::string> seen;
  for (const std::string& pattern : patterns) {
    const bool wild = pattern.find_first_of("*?[") != std::string::npos;
    std::vector<std::string> paths = wild ? expand_pattern(pattern) : std::vector{pattern};
    if (paths.size() > kPatternFileLimit) {
      diagnostics.error(place, "rule_files: " + pattern + " names more than " +
                                   std::to_string(kPatternFileLimit) + " files");
      paths.resize(kPatternFileLimit);
    }
    for (const std::string& path : paths) {
      if (!seen.insert(path).second) continue;
      const auto text = read_file(path, kFileLimitBytes);
      if (!text) {
        diagnostics.error(place, "rule_files: " + text.error().message);
        continue;
      }
      auto read = parse_rule_file(path, *text, defaults, diagnostics);
      std::move(read.begin(), read.end(), std::back_inserter(groups));
    }
  }
  return groups;
}

std::string Rule::identity() const {
  std::string text = kind == Kind::Alerting ? "alert\n" : "record\n";
  text += name + "\n" + expression_text;
  for (const auto& [label, value] : labels)
    text.append("\n").append(label).append("=").append(value.text());
  return text;
}

}  // namespace lapwing::alerting
