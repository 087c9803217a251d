// UTF-8 (RFC 3629): how long the next character is, and whether a text is sound.
#pragma once

#include <cstddef>
#include <string_view>

namespace lapwing {

/// Bytes of the well-formed character that `text` begins with; 0 when it begins with none.
std::size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace lapwing
