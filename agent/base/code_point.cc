#include "agent/base/code_point.h"

namespace lapwing {
namespace {

char continuation(char32_t bits) { return char(0x80 | (bits & 0x3f)); }

}  // namespace

void append_code_point(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out += {char(0xc0 | code >> 6), continuation(code)};
  } else if (code < 0x10000) {
    out += {char(0xe0 | code >> 12), continuation(code >> 6), continuation(code)};
  } else {
    out += {char(0xf0 | code >> 18), continuation(code >> 12), continuation(code >> 6),
            continuation(code)};
  }
}

char32_t code_point(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  char32_t code = lead & (0xffu >> (character.size() + 1));
  for (const char c : character.substr(1))
    code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return code;
}

}  // namespace lapwing
