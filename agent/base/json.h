// JsonWriter: appends JSON (RFC 8259) to a string, commas and escapes included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lapwing {

/// How many bytes at the beginning of `text` a JSON string holds as they are: ASCII that needs no
/// escape.
std::size_t plain_json_length(std::string_view text);

/// Nesting is the caller's duty: every begin has its end, every key a value.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  /// Bytes that are not UTF-8 become U+FFFD.
  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  /// Shortest decimal; JSON has no NaN or infinity: they become null.
  JsonWriter& number(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json);

 private:
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace lapwing
