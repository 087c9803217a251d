#include "agent/base/json.h"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "agent/base/number.h"
#include "agent/base/utf8.h"

namespace lapwing {
namespace {

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", unsigned(static_cast<unsigned char>(c)));
  out += text;
}

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

bool is_plain(char c) { return !needs_escape(c) && static_cast<unsigned char>(c) < 0x80; }

}  // namespace

// Sixteen bytes at once (GCC's vector extensions); what is odd among them is found byte by byte.
std::size_t plain_json_length(std::string_view text) {
  using Bytes = unsigned char __attribute__((vector_size(16)));
  using Words = std::uint64_t __attribute__((vector_size(16)));
  std::size_t at = 0;
  for (; at + sizeof(Bytes) <= text.size(); at += sizeof(Bytes)) {
    Bytes bytes;
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    const auto odd = Words((bytes < 0x20) | (bytes == '"') | (bytes == '\\') | (bytes >= 0x7f));
    if ((odd[0] | odd[1]) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

void JsonWriter::separate() {
  if (needs_comma_) out_ += ',';
  needs_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  separate();
  out_ += '"';
  while (true) {
    const std::size_t plain = plain_json_length(value);
    out_ += value.substr(0, plain);
    value.remove_prefix(plain);
    if (value.empty()) break;
    const std::size_t length = utf8_length(value);
    if (length == 0) {
      out_ += "\xEF\xBF\xBD";  // U+FFFD
      value.remove_prefix(1);
      continue;
    }
    if (length == 1 && needs_escape(value[0]))
      append_escaped(out_, value[0]);
    else
      out_ += value.substr(0, length);
    value.remove_prefix(length);
  }
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::number(double value) {
  if (!std::isfinite(value)) return null();
  separate();
  append_value(out_, value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace lapwing
