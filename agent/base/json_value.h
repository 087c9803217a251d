// JsonValue: JSON (RFC 8259) that came from outside, parsed into a tree of our own.
// RapidJSON does the parsing (small, in Debian, no exceptions) and stays in the .cc.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing {

struct JsonValue {
  enum class Kind { Null, Boolean, Number, String, Array, Object };
  struct Member;

  Kind kind = Kind::Null;
  bool boolean = false;
  double number = 0;
  std::string text;              ///< String
  std::vector<JsonValue> items;  ///< Array
  std::vector<Member> members;   ///< Object, in the order of the text

  /// The member's value; nullptr when this is no object or has no such member.
  const JsonValue* find(std::string_view member) const;
  /// The member's text, or "" when there is none or it is no string.
  std::string_view string_at(std::string_view member) const;
};

struct JsonValue::Member {
  std::string name;
  JsonValue value;
};

/// Invalid with the byte offset when `text` is no JSON, or nests deeper than 64.
Result<JsonValue> parse_json(std::string_view text);

}  // namespace lapwing
