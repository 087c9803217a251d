#include "collectors/scrape/relabel.h"

#include <fmt/core.h>
#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "agent/base/code_point.h"
#include "agent/base/utf8.h"
#include "collectors/scrape/md5.h"

namespace lapwing::collectors::scrape {
namespace {

struct NamedAction {
  std::string_view name;
  RelabelAction action;
};
constexpr std::array<NamedAction, 11> kActions = {{{"replace", RelabelAction::Replace},
                                                   {"keep", RelabelAction::Keep},
                                                   {"drop", RelabelAction::Drop},
                                                   {"keepequal", RelabelAction::KeepEqual},
                                                   {"dropequal", RelabelAction::DropEqual},
                                                   {"hashmod", RelabelAction::HashMod},
                                                   {"labelmap", RelabelAction::LabelMap},
                                                   {"labeldrop", RelabelAction::LabelDrop},
                                                   {"labelkeep", RelabelAction::LabelKeep},
                                                   {"lowercase", RelabelAction::Lowercase},
                                                   {"uppercase", RelabelAction::Uppercase}}};

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  return lower;
}

std::optional<RelabelAction> action_of(std::string_view text) {
  const std::string lower = ascii_lower(text);
  for (const NamedAction& known : kActions)
    if (known.name == lower) return known.action;
  return std::nullopt;
}

bool has_variable(std::string_view text) { return text.find('$') != std::string_view::npos; }

/// Unicode's simple case mapping, character by character, by the C library's own table. The
/// locale costs a file's reading, so it is made only for text that is not ASCII.
std::string with_case(std::string_view text, bool upper) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  std::string mapped;
  mapped.reserve(text.size());
  const locale_t unicode = ascii ? locale_t{} : ::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 1) {
      const char c = text[0];
      const bool changes = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
      mapped += changes ? char(c ^ 0x20) : c;
    } else if (length == 0) {
      mapped += "\xef\xbf\xbd";  // U+FFFD, as Go maps a byte that is no UTF-8
    } else {
      const char32_t code = code_point(text.substr(0, length));
      const auto wide = static_cast<wint_t>(code);
      append_code_point(mapped, unicode == locale_t{} ? code
                                : upper               ? char32_t(::towupper_l(wide, unicode))
                                                      : char32_t(::towlower_l(wide, unicode)));
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  if (unicode != locale_t{}) ::freelocale(unicode);
  return mapped;
}

bool is_one_of(RelabelAction action, std::initializer_list<RelabelAction> actions) {
  return std::find(actions.begin(), actions.end(), action) != actions.end();
}

Error bad_label(std::string_view label, std::string_view key, RelabelAction action) {
  return invalid(fmt::format("\"{}\" is invalid '{}' for {} action", label, key, name(action)));
}

Result<void> validate_labels(const RelabelOptions& rule) {
  using enum RelabelAction;
  const RelabelAction action = rule.action;
  if (action == HashMod && rule.modulus == 0)
    return invalid("relabel configuration for hashmod requires non-zero modulus");
  if (is_one_of(action, {Replace, HashMod, Lowercase, Uppercase, KeepEqual, DropEqual})) {
    if (rule.target_label.empty())
      return invalid(fmt::format(
          "relabel configuration for {} action requires 'target_label' value", name(action)));
    if (!is_label_name(rule.target_label))
      return bad_label(rule.target_label, "target_label", action);
  }
  for (const std::string& label : rule.source_labels)
    if (!is_label_name(label))
      return invalid(fmt::format("\"{}\" is not a valid label name", label));
  if (action == LabelMap && !is_label_name(rule.replacement))
    return bad_label(rule.replacement, "replacement", action);
  return {};
}

/// Some actions take nothing but what they use.
Result<void> validate_rest(const RelabelOptions& rule) {
  using enum RelabelAction;
  const RelabelAction action = rule.action;
  const RelabelOptions fallback;
  if (is_one_of(action, {Lowercase, Uppercase, KeepEqual, DropEqual}) &&
      rule.replacement != fallback.replacement)
    return invalid(fmt::format("'replacement' can not be set for {} action", name(action)));
  const bool plain = rule.modulus == fallback.modulus && rule.separator == fallback.separator &&
                     rule.replacement == fallback.replacement;
  if (is_one_of(action, {KeepEqual, DropEqual}) && !(plain && rule.regex == fallback.regex))
    return invalid(fmt::format(
        "{} action requires only 'source_labels' and `target_label`, and no other fields",
        name(action)));
  if (is_one_of(action, {LabelDrop, LabelKeep}) &&
      !(plain && !rule.has_source_labels && rule.target_label.empty()))
    return invalid(
        fmt::format("{} action requires only 'regex', and no other fields", name(action)));
  return {};
}

void read_rule(config::Mapping& rule, std::vector<RelabelRule>& rules) {
  RelabelOptions options;
  options.has_source_labels = rule.has("source_labels");
  options.source_labels = rule.strings("source_labels");
  options.separator = rule.string("separator", options.separator);
  options.target_label = rule.string("target_label");
  options.regex = rule.string("regex", options.regex);
  options.replacement = rule.string("replacement", options.replacement);
  options.modulus =
      std::uint64_t(rule.integer("modulus", 0, 0, std::numeric_limits<std::int64_t>::max()));
  const std::string written = rule.string("action", "replace");
  const std::optional<RelabelAction> action = action_of(written);
  if (!action) return rule.error("action", fmt::format("unknown relabel action \"{}\"", written));
  options.action = *action;
  const bool bad_regex = rule.has("regex") && !Regex::create(options.regex);
  Result<RelabelRule> made = RelabelRule::create(std::move(options));
  if (!made) return rule.error(bad_regex ? "regex" : "action", made.error().message);
  rules.push_back(*std::move(made));
}

}  // namespace

std::string_view name(RelabelAction action) {
  for (const NamedAction& known : kActions)
    if (known.action == action) return known.name;
  return "";
}

bool is_label_name(std::string_view name) { return !name.empty() && is_utf8(name); }

Result<RelabelRule> RelabelRule::create(RelabelOptions options) {
  Result<Regex> regex = Regex::create(options.regex);
  if (!regex) return std::move(regex).error();
  if (auto sound = validate_labels(options); !sound) return std::move(sound).error();
  if (auto sound = validate_rest(options); !sound) return std::move(sound).error();
  return RelabelRule(std::make_shared<const RelabelOptions>(std::move(options)), *std::move(regex));
}

std::string RelabelRule::source_value(const LabelsBuilder& labels) const {
  std::string value;
  bool first = true;
  for (const std::string& label : options_->source_labels) {
    if (!std::exchange(first, false)) value += options_->separator;
    value += labels.get(label);
  }
  return value;
}

void RelabelRule::replace(LabelsBuilder& labels, const std::string& value) const {
  const RelabelOptions& rule = *options_;
  const bool plain_target = !has_variable(rule.target_label);
  // The commonest rules copy a label or set a constant: they need no regular expression.
  if (matches_all_ && plain_target && rule.replacement == "$1") {
    labels.set(rule.target_label, value);
    return;
  }
  if (matches_all_ && plain_target && !has_variable(rule.replacement)) {
    labels.set(rule.target_label, rule.replacement);
    return;
  }
  std::string target;
  std::string replacement;
  if (!regex_.expand(value, rule.target_label, target) || !is_label_name(target)) return;
  regex_.expand(value, rule.replacement, replacement);
  labels.set(target, replacement);
}

void RelabelRule::map_names(LabelsBuilder& labels) const {
  const auto before = labels.pairs();
  for (const auto& [label, value] : before) {
    std::string target;
    if (regex_.expand(label, options_->replacement, target) && is_label_name(target))
      labels.set(target, value);
  }
}

void RelabelRule::remove_names(LabelsBuilder& labels, bool matching) const {
  const auto before = labels.pairs();
  for (const auto& [label, value] : before)
    if (regex_.matches(label) == matching) labels.remove(label);
}

bool RelabelRule::apply(LabelsBuilder& labels) const {
  const RelabelOptions& rule = *options_;
  switch (rule.action) {
    case RelabelAction::LabelMap:
      map_names(labels);
      return true;
    case RelabelAction::LabelDrop:
      remove_names(labels, true);
      return true;
    case RelabelAction::LabelKeep:
      remove_names(labels, false);
      return true;
    default:
      break;
  }
  const std::string value = source_value(labels);
  switch (rule.action) {
    case RelabelAction::Keep:
      return regex_.matches(value);
    case RelabelAction::Drop:
      return !regex_.matches(value);
    case RelabelAction::KeepEqual:
      return labels.get(rule.target_label) == value;
    case RelabelAction::DropEqual:
      return labels.get(rule.target_label) != value;
    case RelabelAction::Lowercase:
    case RelabelAction::Uppercase:
      labels.set(rule.target_label, with_case(value, rule.action == RelabelAction::Uppercase));
      return true;
    case RelabelAction::HashMod: {
      const auto digest = md5(value);
      std::uint64_t number = 0;
      for (std::size_t i = digest.size() - 8; i < digest.size(); ++i)
        number = number << 8 | digest[i];
      labels.set(rule.target_label, std::to_string(number % rule.modulus));
      return true;
    }
    default:
      replace(labels, value);
      return true;
  }
}

bool relabel(std::span<const RelabelRule> rules, LabelsBuilder& labels) {
  return std::all_of(rules.begin(), rules.end(),
                     [&](const RelabelRule& rule) { return rule.apply(labels); });
}

std::vector<RelabelRule> read_relabel_rules(config::Mapping& mapping, std::string_view key) {
  std::vector<RelabelRule> rules;
  mapping.each(key, [&](config::Mapping& rule) { read_rule(rule, rules); });
  return rules;
}

}  // namespace lapwing::collectors::scrape
