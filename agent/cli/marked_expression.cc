#include "agent/cli/marked_expression.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "agent/base/utf8.h"
#include "agent/cli/terminal.h"

namespace lapwing::cli {
namespace {

constexpr std::string_view kParameter = "invalid parameter \"query\": ";
constexpr std::string_view kIndent = "  ";
/// A narrower window shows nothing of use.
constexpr std::size_t kLeastColumns = 20;

/// Takes a number and the colon behind it off the text.
std::optional<std::size_t> take_number(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::size_t size = std::size_t(end - text.data());
  if (error != std::errc() || number == 0 || text.substr(size, 1) != ":") return std::nullopt;
  text.remove_prefix(size + 1);
  return number;
}

/// The line of that number (from 1), or nothing.
std::optional<std::string_view> line_of(std::string_view text, std::size_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

/// The last `columns` characters.
std::string_view last_characters(std::string_view text, std::size_t columns) {
  std::size_t begin = text.size();
  for (; begin > 0 && columns > 0; --columns) {
    --begin;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  }
  return text.substr(begin);
}

/// The first `columns` characters.
std::string_view first_characters(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (; end < text.size() && columns > 0; --columns)
    end += std::max<std::size_t>(1, utf8_length(text.substr(end)));
  return text.substr(0, end);
}

}  // namespace

std::string mark_error(std::string_view expression, std::string_view error, std::size_t columns) {
  if (error.starts_with(kParameter)) error.remove_prefix(kParameter.size());
  std::string out = printable(error);
  std::string_view rest = error;
  const std::optional<std::size_t> line_number = take_number(rest);
  const std::optional<std::size_t> column = line_number ? take_number(rest) : std::nullopt;
  if (!column) return out;
  const std::optional<std::string_view> line = line_of(expression, *line_number);
  if (!line) return out;
  // Columns count bytes; one past the end is where something is missing.
  const std::size_t at = std::min(*column - 1, line->size());
  const std::size_t width = std::max(columns, kLeastColumns) - kIndent.size();
  // Of a long line a window is shown, most of it before the place.
  const std::string before(last_characters(printable(line->substr(0, at)), width * 2 / 3));
  const std::string after(
      first_characters(printable(line->substr(at)), width - text_columns(before)));
  out.append("\n").append(kIndent).append(before).append(after);
  out.append("\n").append(kIndent).append(text_columns(before), ' ').append("^");
  return out;
}

}  // namespace lapwing::cli
