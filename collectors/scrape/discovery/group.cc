#include "collectors/scrape/discovery/group.h"

#include <fmt/core.h>

#include "agent/base/json_value.h"
#include "agent/base/utf8.h"
#include "agent/config/value.h"

namespace lapwing::collectors::scrape {
namespace {

Result<void> add_target(TargetGroup& group, std::size_t& total, std::string address) {
  if (!is_utf8(address)) return invalid("a target is not UTF-8");
  if (++total > kGroupTargetLimit)
    return invalid(fmt::format("more than {} targets", kGroupTargetLimit));
  group.targets.push_back(target_at(std::move(address)));
  return {};
}

Result<void> add_label(TargetGroup& group, const std::string& name, std::string value) {
  if (name.empty() || !is_utf8(name))
    return invalid(fmt::format("\"{}\" is not a valid label name", is_utf8(name) ? name : "?"));
  if (!is_utf8(value)) return invalid(fmt::format("the value of label \"{}\" is not UTF-8", name));
  group.labels.emplace_back(name, std::move(value));
  return {};
}

Result<void> read_targets(const JsonValue& list, TargetGroup& group, std::size_t& total) {
  if (list.kind == JsonValue::Kind::Null) return {};
  if (list.kind != JsonValue::Kind::Array) return invalid("targets must be a list of texts");
  for (const JsonValue& target : list.items) {
    if (target.kind != JsonValue::Kind::String) return invalid("a target must be a text");
    if (auto added = add_target(group, total, target.text); !added) return added;
  }
  return {};
}

Result<void> read_labels(const JsonValue& map, TargetGroup& group) {
  if (map.kind == JsonValue::Kind::Null) return {};
  if (map.kind != JsonValue::Kind::Object) return invalid("labels must be a map of texts");
  for (const JsonValue::Member& label : map.members) {
    if (label.value.kind != JsonValue::Kind::String)
      return invalid(fmt::format("the value of label \"{}\" must be a text", label.name));
    if (auto added = add_label(group, label.name, label.value.text); !added) return added;
  }
  return {};
}

Result<void> read_group(const JsonValue& written, TargetGroup& group, std::size_t& total) {
  if (written.kind != JsonValue::Kind::Object)
    return invalid("a target group must be a map with targets and labels");
  for (const JsonValue::Member& member : written.members) {
    Result<void> read;
    if (member.name == "targets")
      read = read_targets(member.value, group, total);
    else if (member.name == "labels")
      read = read_labels(member.value, group);
    else
      read = invalid(fmt::format("unknown field \"{}\"", member.name));
    if (!read) return read;
  }
  return {};
}

std::string at(const config::Value& value) { return value.place().to_string(); }

bool is_text(const config::Value& value) { return value.kind() == config::Value::Kind::Scalar; }
bool is_null(const config::Value& value) { return value.kind() == config::Value::Kind::Null; }

Result<void> read_targets(const config::Value& list, TargetGroup& group, std::size_t& total) {
  if (is_null(list)) return {};
  if (list.kind() != config::Value::Kind::List)
    return invalid(at(list) + ": targets must be a list of texts");
  for (const config::Value& target : list.items()) {
    if (!is_text(target)) return invalid(at(target) + ": a target must be a text");
    if (auto added = add_target(group, total, target.text()); !added)
      return std::move(added).in(at(target));
  }
  return {};
}

Result<void> read_labels(const config::Value& map, TargetGroup& group) {
  if (is_null(map)) return {};
  if (map.kind() != config::Value::Kind::Map)
    return invalid(at(map) + ": labels must be a map of texts");
  for (const config::Value::Entry& label : map.entries()) {
    if (!is_text(label.value) && !is_null(label.value))
      return invalid(at(label.value) + ": a label's value must be a text");
    if (auto added = add_label(group, label.key, label.value.text()); !added)
      return std::move(added).in(label.key_place.to_string());
  }
  return {};
}

Result<void> read_group(const config::Value& written, TargetGroup& group, std::size_t& total) {
  if (written.kind() != config::Value::Kind::Map)
    return invalid(at(written) + ": a target group must be a map with targets and labels");
  for (const config::Value::Entry& entry : written.entries()) {
    Result<void> read;
    if (entry.key == "targets")
      read = read_targets(entry.value, group, total);
    else if (entry.key == "labels")
      read = read_labels(entry.value, group);
    else
      read = invalid(entry.key_place.to_string() + ": unknown field \"" + entry.key + "\"");
    if (!read) return read;
  }
  return {};
}

template <typename Items>
Result<std::vector<TargetGroup>> read_groups(const Items& items) {
  std::vector<TargetGroup> groups;
  std::size_t total = 0;
  for (const auto& item : items) {
    groups.emplace_back();
    if (auto read = read_group(item, groups.back(), total); !read)
      return std::move(read).in(fmt::format("group {}", groups.size() - 1)).error();
  }
  return groups;
}

}  // namespace

TextPairs target_at(std::string address) {
  TextPairs labels;
  labels.emplace_back(kAddressLabel, std::move(address));
  return labels;
}

Result<std::vector<TargetGroup>> parse_target_groups_json(std::string_view text) {
  const Result<JsonValue> root = parse_json(text);
  if (!root) return root.error();
  if (root->kind == JsonValue::Kind::Null) return std::vector<TargetGroup>();
  if (root->kind != JsonValue::Kind::Array) return invalid("expected a list of target groups");
  return read_groups(root->items);
}

Result<std::vector<TargetGroup>> parse_target_groups_yaml(const std::string& file,
                                                          std::string_view text) {
  const Result<config::Value> root = config::parse_yaml(file, text);
  if (!root) return root.error();
  if (is_null(*root)) return std::vector<TargetGroup>();
  if (root->kind() != config::Value::Kind::List)
    return invalid(at(*root) + ": expected a list of target groups");
  return read_groups(root->items());
}

}  // namespace lapwing::collectors::scrape
