#include "collectors/scrape/sample_value.h"

#include <charconv>
#include <cmath>

#include "agent/base/number.h"

namespace lapwing::collectors::scrape {
namespace {

bool is_hex_digit_or_x(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x' ||
         c == 'X';
}

}  // namespace

Result<double> parse_sample_value(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  double plain = 0;
  if (read_plain_decimal(at, end, plain) && at == end) return plain;
  const bool has_sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  Result<double> value = parse_value(text);
  if (!value) return value;
  const bool is_word = text.find_first_of("nN") != std::string_view::npos;
  // Go's reader takes no sign before NaN, and refuses what is too large for a double.
  if ((std::isnan(*value) && has_sign) || (std::isinf(*value) && !is_word))
    return invalid("not a number: \"" + std::string(text.substr(0, 60)) + '"');
  return value;
}

Result<double> parse_label_number(std::string_view text) {
  // Go's literals: an underscore stands between digits, or behind the base's prefix.
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
      continue;
    }
    const bool between = i > 0 && i + 1 < text.size() && is_hex_digit_or_x(text[i - 1]) &&
                         is_hex_digit_or_x(text[i + 1]);
    if (!between) return invalid("not a number: an underscore that parts no digits");
  }
  std::string_view rest = plain;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (!rest.starts_with("0x") && !rest.starts_with("0X")) return parse_sample_value(plain);
  rest.remove_prefix(2);
  double value = 0;
  const char* const end = rest.data() + rest.size();
  const auto read = std::from_chars(rest.data(), end, value, std::chars_format::hex);
  if (read.ec != std::errc() || read.ptr != end ||
      rest.find_first_of("pP") == std::string_view::npos)
    return invalid("not a number: hexadecimal without exponent");
  return negative ? -value : value;
}

void append_openmetrics_number(std::string& out, double value) {
  if (std::isnan(value) || std::isinf(value)) return append_value(out, value);
  if (value == 0) value = 0;  // without a sign
  char text[40];
  const auto scientific =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  const std::string_view shortest(text, std::size_t(scientific.ptr - text));
  const std::size_t mark = shortest.find('e');
  int exponent = 0;
  const char* sign = shortest.data() + mark + 1;
  std::from_chars(sign + (*sign == '+' ? 1 : 0), scientific.ptr, exponent);
  // Go's shortest %g takes an exponent below 1e-4 and from 1e6 on.
  if (value != 0 && (exponent < -4 || exponent >= 6)) {
    out += shortest;
    return;
  }
  const std::size_t from = out.size();
  append_plain(out, value);
  if (out.find('.', from) == std::string::npos) out += ".0";
}

}  // namespace lapwing::collectors::scrape
