// Go's string literals, both ways: what a PromQL string may hold and how it is printed.
#include <fmt/core.h>

#include <charconv>
#include <cstdint>

#include "agent/base/code_point.h"
#include "agent/base/utf8.h"
#include "agent/promql/lexer.h"

namespace lapwing::promql {
namespace {

/// Close to Go's unicode.IsPrint: controls, separators, format and private characters are not.
bool is_printable(std::uint32_t rune) {
  if (rune < 0x20 || (rune >= 0x7F && rune <= 0xA0) || rune == 0xAD) return false;
  if (rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200F) || (rune >= 0x2028 && rune <= 0x202F))
    return false;
  if ((rune >= 0x205F && rune <= 0x206F) || rune == 0x3000 || rune == 0xFEFF) return false;
  if ((rune >= 0xE000 && rune <= 0xF8FF) || (rune >= 0xFFF0 && rune <= 0xFFFB)) return false;
  return (rune & 0xFFFE) != 0xFFFE && rune < 0xE0000;
}

char short_escape(char c) {
  switch (c) {
    case '\a':
      return 'a';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    case '\v':
      return 'v';
    case '\\':
      return '\\';
    case '"':
      return '"';
    default:
      return 0;
  }
}

/// What stands after a backslash in `rest`; takes it off. False when it is no escape.
bool unescape(std::string_view& rest, char delimiter, std::string& out) {
  if (rest.empty()) return false;
  const char c = rest[0];
  for (const char candidate : {'\a', '\b', '\f', '\n', '\r', '\t', '\v', '\\'}) {
    if (short_escape(candidate) != c) continue;
    out += candidate;
    rest.remove_prefix(1);
    return true;
  }
  if (c == delimiter) {
    out += c;
    rest.remove_prefix(1);
    return true;
  }
  const bool octal = c >= '0' && c <= '7';
  const std::size_t digits = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0) return false;
  if (!octal) rest.remove_prefix(1);
  if (rest.size() < digits) return false;
  std::uint32_t code = 0;
  const char* end = rest.data() + digits;
  const auto [stop, error] = std::from_chars(rest.data(), end, code, octal ? 8 : 16);
  if (error != std::errc() || stop != end) return false;
  rest.remove_prefix(digits);
  if (digits <= 3) {
    if (code > 0xFF) return false;
    out += char(code);
    return true;
  }
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
  append_code_point(out, code);
  return true;
}

}  // namespace

Result<std::string> unquote(std::string_view quoted) {
  const char delimiter = quoted.empty() ? '\0' : quoted.front();
  std::string_view rest = quoted.substr(1, quoted.size() - 2);
  std::string out;
  if (delimiter == '`') {
    for (const char c : rest)
      if (c != '\r') out += c;  // Go drops them from raw strings.
    return out;
  }
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c != '\\')
      out += c;
    else if (!unescape(rest, delimiter, out))
      return invalid(fmt::format("error unquoting string {}: invalid syntax", quote(quoted)));
  }
  return out;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::uint32_t rune = code_point(text.substr(0, length));
    const char escape = length == 1 ? short_escape(text[0]) : '\0';
    if (escape != '\0')
      out += {'\\', escape};
    else if (is_printable(rune))
      out += text.substr(0, length);
    else if (rune < 0x80)
      out += fmt::format("\\x{:02x}", rune);
    else
      out += rune < 0x10000 ? fmt::format("\\u{:04x}", rune) : fmt::format("\\U{:08x}", rune);
    text.remove_prefix(length);
  }
  return out += '"';
}

}  // namespace lapwing::promql
