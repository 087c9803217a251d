// Value: a configuration tree, merged from files, in which every node knows where it stands.
// yaml-cpp parses and stays in load.cc.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::config {

struct Place {
  std::string file;
  int line = 0;    ///< from 1; 0: the whole file
  int column = 0;  ///< from 1, in bytes

  /// "lapwing.yml:12:3".
  std::string to_string() const;
};

/// Immutable; copies share the tree.
class Value {
 public:
  enum class Kind { Null, Scalar, List, Map };
  struct Entry;

  Value() = default;

  Kind kind() const { return kind_; }
  const Place& place() const { return *place_; }
  /// Scalar: its text, without quotes.
  const std::string& text() const { return text_; }
  /// Scalar: written in quotes (then "null" and "~" are texts).
  bool quoted() const { return quoted_; }
  /// List.
  const std::vector<Value>& items() const;
  /// Map, in the order of the file.
  const std::vector<Entry>& entries() const;
  /// Map: the value of `key`, or nullptr.
  const Value* find(std::string_view key) const;

  static Value null(Place place);
  static Value scalar(Place place, std::string text, bool quoted);
  static Value list(Place place, std::vector<Value> items);
  static Value map(Place place, std::vector<Entry> entries);

 private:
  Kind kind_ = Kind::Null;
  bool quoted_ = false;
  std::shared_ptr<const Place> place_ = std::make_shared<const Place>();
  std::string text_;
  std::shared_ptr<const std::vector<Value>> items_;
  std::shared_ptr<const std::vector<Entry>> entries_;
};

struct Value::Entry {
  std::string key;
  Place key_place;
  Value value;
};

/// Parses one YAML text; Invalid with "file:line:column: …". A key that stands twice in a map is
/// an error. An empty file is Null.
Result<Value> parse_yaml(const std::string& file, std::string_view text);

/// Reads and merges files: maps by key, lists append, a scalar set twice is an error that names
/// both places. At least one path.
Result<Value> load_files(const std::vector<std::string>& paths);

}  // namespace lapwing::config
