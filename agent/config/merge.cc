// Several files into one tree, as agent/config/value.h promises: maps by key, lists append.
#include <algorithm>
#include <map>

#include "agent/base/file.h"
#include "agent/config/value.h"

namespace lapwing::config {
namespace {

constexpr std::size_t kFileLimitBytes = 4u << 20;
constexpr std::size_t kErrorLimit = 20;

std::string_view describe(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::Null:
      return "nothing";
    case Value::Kind::Scalar:
      return "a single value";
    case Value::Kind::List:
      return "a list";
    case Value::Kind::Map:
      return "a map";
  }
  return "nothing";
}

/// Joins trees and gathers every clash. Trees are at most 64 levels deep (load.cc).
class Merger {
 public:
  Value merge(const std::string& path, const Value& first, const Value& second) {
    if (second.kind() == Value::Kind::Null) return first;
    if (first.kind() == Value::Kind::Null) return second;
    const bool scalars = first.kind() == Value::Kind::Scalar;
    if (first.kind() != second.kind() || scalars) {
      report(path, first, second);
      return first;
    }
    return first.kind() == Value::Kind::List ? append(first, second)
                                             : merge_maps(path, first, second);
  }

  Result<void> result() const {
    if (errors_.empty()) return {};
    return invalid(errors_);
  }

 private:
  static Value append(const Value& first, const Value& second) {
    std::vector<Value> items = first.items();
    items.insert(items.end(), second.items().begin(), second.items().end());
    return Value::list(first.place(), std::move(items));
  }

  Value merge_maps(const std::string& path, const Value& first, const Value& second) {
    std::vector<Value::Entry> entries = first.entries();
    std::map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < first.entries().size(); ++i) known[first.entries()[i].key] = i;
    for (const Value::Entry& added : second.entries()) {
      const auto found = known.find(added.key);
      if (found == known.end()) {
        entries.push_back(added);
        continue;
      }
      const std::string below = path.empty() ? added.key : path + "." + added.key;
      Value& value = entries[found->second].value;
      value = merge(below, value, added.value);
    }
    return Value::map(first.place(), std::move(entries));
  }

  void report(const std::string& path, const Value& first, const Value& second) {
    if (count_++ >= kErrorLimit) return;
    if (!errors_.empty()) errors_ += '\n';
    errors_ += second.place().to_string() + ": " + (path.empty() ? "" : path + ": ");
    if (first.kind() == second.kind()) {
      errors_ += "is set at " + first.place().to_string() + " already";
      return;
    }
    errors_.append("is ").append(describe(second.kind())).append(" here, but ");
    errors_.append(describe(first.kind())).append(" at ").append(first.place().to_string());
  }

  std::string errors_;
  std::size_t count_ = 0;
};

}  // namespace

Result<Value> load_files(const std::vector<std::string>& paths) {
  Value merged;
  Merger merger;
  for (auto path = paths.begin(); path != paths.end(); ++path) {
    if (std::find(paths.begin(), path, *path) != path)
      return invalid(*path + ": the file is named twice");
    auto text = read_file(*path, kFileLimitBytes);
    // Whoever names a file means it: that it is not there is no quiet case of NoData.
    if (!text) return invalid("cannot read the configuration: " + text.error().message);
    auto tree = parse_yaml(*path, *text);
    if (!tree) return tree;
    merged = path == paths.begin() ? *tree : merger.merge("", merged, *tree);
  }
  if (auto sound = merger.result(); !sound) return std::move(sound).error();
  return merged;
}

}  // namespace lapwing::config
