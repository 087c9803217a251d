#include "dashboard/api/go_number.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <string>

#include "agent/base/number.h"
#include "dashboard/api/envelope.h"

namespace lapwing::dashboard::api {
namespace {

bool starts_with_hex_mark(std::string_view digits) {
  return digits.size() > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
}

/// Whether every underscore stands between two digits, or behind the "0x".
bool underscores_separate_digits(std::string_view digits) {
  const bool hexadecimal = starts_with_hex_mark(digits);
  enum class Last { Nothing, Digit, Underscore, Other };
  Last last = hexadecimal ? Last::Digit : Last::Nothing;
  for (const char c : digits.substr(hexadecimal ? 2 : 0)) {
    const auto byte = static_cast<unsigned char>(c);
    if (hexadecimal ? std::isxdigit(byte) != 0 : std::isdigit(byte) != 0) {
      last = Last::Digit;
    } else if (c == '_') {
      if (last != Last::Digit) return false;
      last = Last::Underscore;
    } else {
      if (last == Last::Underscore) return false;
      last = Last::Other;
    }
  }
  return last != Last::Underscore;
}

Error no_number(std::string_view text) { return invalid("not a number: " + quoted(text)); }

/// What follows "0x"; the exponent is not optional.
Result<double> parse_hexadecimal(std::string_view digits) {
  double value = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, value, std::chars_format::hex);
  const bool sound = error == std::errc() && end == last && digits.front() != '-' &&
                     digits.find_first_of("pP") != digits.npos;
  return sound ? Result<double>(value) : no_number(digits);
}

}  // namespace

Result<double> parse_go_float(std::string_view text) {
  std::string_view digits = text;
  const bool has_sign = !digits.empty() && (digits[0] == '+' || digits[0] == '-');
  if (has_sign) digits.remove_prefix(1);
  if (digits.empty()) return no_number(text);
  std::string plain;
  if (digits.find('_') != digits.npos) {
    if (!underscores_separate_digits(digits)) return no_number(text);
    for (const char c : digits)
      if (c != '_') plain += c;
    digits = plain;
  }
  const double sign = text[0] == '-' ? -1 : 1;
  if (starts_with_hex_mark(digits)) {
    if (digits.size() == 2) return no_number(text);
    const Result<double> value = parse_hexadecimal(digits.substr(2));
    return value ? Result<double>(sign * *value) : no_number(text);
  }
  const bool is_word = std::isalpha(static_cast<unsigned char>(digits[0])) != 0;
  const Result<double> value = parse_value(digits);
  if (!value || digits[0] == '+' || digits[0] == '-') return no_number(text);
  if (!is_word && std::isinf(*value)) return no_number(text);
  if (has_sign && std::isnan(*value)) return no_number(text);
  return sign * *value;
}

Result<std::int64_t> parse_go_integer(std::string_view text, std::string_view function) {
  const auto failed = [&](std::string_view why) {
    return invalid("strconv." + std::string(function) + ": parsing " + quoted(text) + ": " +
                   std::string(why));
  };
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.starts_with('-') && digits.size() != text.size()) return failed("invalid syntax");
  std::int64_t value = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, value);
  if (error == std::errc::result_out_of_range && end == last) return failed("value out of range");
  if (error != std::errc() || end != last) return failed("invalid syntax");
  return value;
}

void append_go_general(std::string& out, double value) {
  if (!std::isfinite(value) || value == 0) return append_value(out, value);
  char text[32];
  const char* const end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const std::string_view scientific(text, std::size_t(end - text));
  const std::size_t mark = scientific.find('e') + 1;
  int exponent = 0;
  const std::size_t digits = mark + (scientific[mark] == '+' ? 1 : 0);
  std::from_chars(text + digits, end, exponent);
  constexpr int kLeast = -4, kMost = 6;
  if (exponent < kLeast || exponent >= kMost)
    out += scientific;
  else
    append_plain(out, value);
}

}  // namespace lapwing::dashboard::api
