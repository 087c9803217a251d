// Terminal: what the output is connected to, so that colour and width fit it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lapwing::cli {

struct Terminal {
  bool colour = false;   ///< escape sequences are understood
  bool unicode = false;  ///< block characters can be shown
  std::size_t columns = 80;
};

/// Describes standard output: colour only in a terminal and without NO_COLOR (no-color.org);
/// characters by the locale's variables.
Terminal describe_standard_output();

enum class Style { Plain, Heading, Accent, Faint, Warning };

/// `text` in the style, or as it is where there is no colour.
std::string styled(const Terminal& terminal, Style style, std::string_view text);

/// The text with control characters and broken UTF-8 replaced by "?": label values come from
/// anywhere, and a terminal obeys what it is shown.
std::string printable(std::string_view text);

/// How many columns the text takes: one a character; wide characters are counted as one.
std::size_t text_columns(std::string_view text);

}  // namespace lapwing::cli
