#include "agent/base/number.h"

#include <strings.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "agent/base/shortest.h"

namespace lapwing {
namespace {

bool same_word(std::string_view text, const char* word, std::size_t size) {
  return text.size() == size && ::strncasecmp(text.data(), word, size) == 0;
}

/// The usual values, fast: below 1e15 the fixed form has no digits beyond the shortest.
bool append_short(std::string& out, double value) {
  if (!(std::fabs(value) < 1e15)) return false;
  char text[40];
  const auto whole = std::int64_t(value);
  const bool is_whole = double(whole) == value && !(whole == 0 && std::signbit(value));
  if (!is_whole && std::fabs(value) < 1e-6) return false;
  const auto [end, error] =
      is_whole ? std::to_chars(text, text + sizeof text, whole)
               : std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  if (error != std::errc()) return false;
  out.append(text, std::size_t(end - text));
  return true;
}

}  // namespace

void append_value(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  char text[kShortestBytes];
  out.append(text, std::size_t(write_shortest(text, value) - text));
}

void append_plain(std::string& out, double value) {
  if (append_short(out, value)) return;
  // std::to_chars' fixed form shows all digits of large integers, not the shortest ones.
  char text[32];
  const auto [end, error] =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific);
  std::string_view rest(text, error == std::errc() ? std::size_t(end - text) : 0);
  if (rest.starts_with('-')) {
    out += '-';
    rest.remove_prefix(1);
  }
  const std::size_t mark = rest.find('e');
  if (mark == std::string_view::npos) return;
  std::string digits(rest.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);
  int exponent = 0;
  const std::size_t sign = rest[mark + 1] == '+' ? 2 : 1;
  std::from_chars(rest.data() + mark + sign, rest.data() + rest.size(), exponent);
  if (exponent < 0) {
    out += "0.";
    out.append(std::size_t(-exponent) - 1, '0');
    out += digits;
    return;
  }
  const std::size_t whole = std::size_t(exponent) + 1;
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  out += digits.substr(0, whole);
  if (digits.size() <= whole) return;
  out += '.';
  out += digits.substr(whole);
}

std::string format_value(double value) {
  std::string out;
  append_value(out, value);
  return out;
}

Result<double> parse_value(std::string_view text) {
  std::string_view digits = text;
  bool negative = false;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) {
    negative = digits[0] == '-';
    digits.remove_prefix(1);
  }
  const double sign = negative ? -1 : 1;
  if (same_word(digits, "nan", 3)) return std::numeric_limits<double>::quiet_NaN();
  if (same_word(digits, "inf", 3) || same_word(digits, "infinity", 8))
    return sign * std::numeric_limits<double>::infinity();
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool starts_well = !digits.empty() && digits[0] != '-' && digits[0] != '+';
  if (!starts_well || end != digits.data() + digits.size() || error == std::errc::invalid_argument)
    return invalid("not a number: \"" + std::string(text.substr(0, 60)) + "\"");
  // from_chars leaves the value alone when it is out of range; strtod tells which side.
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string(digits).c_str(), nullptr);
  return sign * value;
}

}  // namespace lapwing
