#include "agent/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "agent/base/utf8.h"

namespace lapwing::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

/// The character set of the locale: the first variable that is set decides (locale(7)).
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    for (const std::string_view form : {"UTF-8", "utf8", "utf-8", "UTF8"})
      if (value.find(form) != value.npos) return true;
    return false;
  }
  return false;
}

std::string_view sequence(Style style) {
  switch (style) {
    case Style::Heading:
      return "\x1b[1m";
    case Style::Accent:
      return "\x1b[36m";
    case Style::Faint:
      return "\x1b[2m";
    case Style::Warning:
      return "\x1b[33m";
    case Style::Plain:
      break;
  }
  return "";
}

}  // namespace

Terminal describe_standard_output() {
  Terminal terminal;
  terminal.unicode = locale_is_utf8();
  if (::isatty(STDOUT_FILENO) == 0) return terminal;
  terminal.colour = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.columns = size.ws_col;
  return terminal;
}

std::string styled(const Terminal& terminal, Style style, std::string_view text) {
  if (!terminal.colour || style == Style::Plain || text.empty()) return std::string(text);
  return std::string(sequence(style)).append(text).append("\x1b[0m");
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    // U+0080 to U+009F are control characters too; they begin with C2.
    const bool second_set =
        length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
    if (length == 0 || first < 0x20 || first == 0x7f || second_set)
      out += '?';
    else
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::size_t text_columns(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text)
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++columns;
  return columns;
}

}  // namespace lapwing::cli
