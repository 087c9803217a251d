// Code points of Unicode to UTF-8 (RFC 3629) and back.
#pragma once

#include <string>
#include <string_view>

namespace lapwing {

/// Appends the code point's UTF-8; `code` is at most U+10FFFF.
void append_code_point(std::string& out, char32_t code);

/// The code point of one well-formed character: what utf8_length() has measured, not empty.
char32_t code_point(std::string_view character);

}  // namespace lapwing
