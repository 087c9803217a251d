#include "agent/import/sample_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "agent/base/number.h"
#include "agent/base/utf8.h"

namespace lapwing::import {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

/// Reads `"…"` with \\, \" and \n off the front of `text`.
Result<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      if (!is_utf8(out)) return invalid("a text that is not UTF-8");
      return out;
    }
    if (c == '\\') {
      if (++i == text.size()) break;
      c = text[i];
      // Any other character stands for itself, with its backslash, as in Prometheus.
      if (c == 'n')
        c = '\n';
      else if (c != '\\' && c != '"')
        out += '\\';
    }
    out += c;
  }
  return invalid("a quote that does not end");
}

/// Reads a name of letters, digits and what else `is_name` takes off the front.
std::string_view take_word(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !is_blank(text[length]) && text[length] != '=' &&
         text[length] != ',' && text[length] != '{' && text[length] != '}' && text[length] != '"')
    ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One `name="value"`, or a quoted metric name, off the front.
Result<void> take_pair(std::string_view& text, Pairs& pairs) {
  std::string name;
  if (text.starts_with('"')) {
    auto quoted = take_quoted(text);
    if (!quoted) return std::move(quoted).error();
    name = std::move(*quoted);
    text = skip_blanks(text);
    if (!text.starts_with('=')) {
      pairs.emplace_back(kMetricName, std::move(name));
      return {};
    }
    if (name.empty()) return invalid("a label without a name");
  } else {
    name = take_word(text);
    if (!is_legacy_label_name(name))
      return invalid("\"" + name + "\" is no label name (others need quotes)");
    text = skip_blanks(text);
  }
  if (!text.starts_with('=')) return invalid("no = behind the label " + name);
  text = skip_blanks(text.substr(1));
  if (!text.starts_with('"')) return invalid("no quote before the value of the label " + name);
  auto value = take_quoted(text);
  if (!value) return std::move(value).in("label " + name).error();
  pairs.emplace_back(std::move(name), std::move(*value));
  return {};
}

Result<Labels> build(const Pairs& pairs) {
  LabelsBuilder builder;
  std::vector<std::string_view> names;
  for (const auto& [name, value] : pairs) {
    for (const std::string_view other : names)
      if (other == name)
        return invalid(name == kMetricName ? std::string("two metric names")
                                           : "the label " + name + " is there twice");
    names.push_back(name);
    builder.set(name, value);
  }
  Labels labels = builder.build();
  if (labels.metric_name().empty()) return invalid("no metric name");
  return labels;
}

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::uint64_t kExactIntegers = 1ull << 53;
constexpr std::int64_t kFarAhead = 1LL << 60;  // milliseconds; far past the year 9999

/// Digits, a fraction and an exponent as integers.
struct Decimal {
  std::uint64_t mantissa = 0;
  int exponent = 0;  // of ten
  int digits = 0;
  bool negative = false;
};

/// Reads digits into the mantissa. Past 19 digits the mantissa means nothing any more.
inline const char* read_digits(const char* at, const char* end, Decimal& out) {
  while (at < end && is_digit(*at)) {
    out.mantissa = out.mantissa * 10 + std::uint64_t(*at - '0');
    ++out.digits;
    ++at;
  }
  return at;
}

/// The end of the number, or null when there are no digits.
const char* read_decimal(const char* at, const char* end, Decimal& out) {
  if (at < end && (*at == '-' || *at == '+')) out.negative = *at++ == '-';
  at = read_digits(at, end, out);
  if (at < end && *at == '.') {
    const int before = out.digits;
    at = read_digits(at + 1, end, out);
    out.exponent = before - out.digits;
  }
  if (out.digits == 0) return nullptr;
  if (at < end && (*at == 'e' || *at == 'E')) {
    ++at;
    bool negative = false;
    if (at < end && (*at == '-' || *at == '+')) negative = *at++ == '-';
    if (at == end || !is_digit(*at)) return nullptr;
    int exponent = 0;
    for (; at < end && is_digit(*at); ++at)
      if (exponent < 100'000) exponent = exponent * 10 + (*at - '0');
    out.exponent += negative ? -exponent : exponent;
  }
  return at;
}

/// Inf, NaN and decimals too long for the quick way.
bool read_any_number(const char* begin, const char*& at, const char* end, double& value) {
  const char* stop = begin;
  while (stop < end && !is_blank(*stop) && *stop != '\n') ++stop;
  const auto parsed = parse_value({begin, std::size_t(stop - begin)});
  if (!parsed) return false;
  value = *parsed;
  at = stop;
  return true;
}

}  // namespace

Result<std::size_t> identity_length(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && !is_blank(line[i]) && line[i] != '{') ++i;
  std::size_t blanks = i;
  while (blanks < line.size() && is_blank(line[blanks])) ++blanks;
  if (blanks == line.size()) {
    if (i == line.size()) return invalid("a series without a value");
    return i;
  }
  if (line[blanks] != '{') return i;
  bool quoted = false;
  for (i = blanks + 1; i < line.size(); ++i) {
    if (quoted && line[i] == '\\')
      ++i;
    else if (line[i] == '"')
      quoted = !quoted;
    else if (line[i] == '}' && !quoted)
      return i + 1;
  }
  return invalid(quoted ? "a quote that does not end" : "labels without a closing }");
}

Result<Labels> parse_identity(std::string_view identity) {
  Pairs pairs;
  std::string_view rest = identity;
  if (const std::string_view name = take_word(rest); !name.empty()) {
    if (!is_legacy_metric_name(name))
      return invalid("\"" + std::string(name) + "\" is no metric name (others need quotes)");
    pairs.emplace_back(kMetricName, name);
  }
  rest = skip_blanks(rest);
  if (rest.empty()) return build(pairs);
  if (rest.front() != '{') return invalid("no { behind the metric name");
  rest = skip_blanks(rest.substr(1));
  while (!rest.starts_with('}')) {
    if (auto taken = take_pair(rest, pairs); !taken) return std::move(taken).error();
    rest = skip_blanks(rest);
    if (rest.starts_with(',')) {
      rest = skip_blanks(rest.substr(1));  // One may stand before the }.
      continue;
    }
    if (!rest.starts_with('}')) return invalid("neither , nor } behind a label");
  }
  if (rest.size() > 1) return invalid("text behind the labels");
  return build(pairs);
}

bool read_number(const char*& at, const char* end, double& value) {
  Decimal decimal;
  const char* const begin = at;
  const char* const stop = read_decimal(begin, end, decimal);
  if (stop == nullptr) return read_any_number(begin, at, end, value);
  // Both factors are exact doubles, so that one rounding is all there is (Clinger 1990).
  if (decimal.digits <= 19 && decimal.mantissa <= kExactIntegers && decimal.exponent >= -22 &&
      decimal.exponent <= 22) {
    const double whole = double(decimal.mantissa);
    const double magnitude = decimal.exponent < 0
                                 ? whole / kPowersOfTen[std::size_t(-decimal.exponent)]
                                 : whole * kPowersOfTen[std::size_t(decimal.exponent)];
    value = decimal.negative ? -magnitude : magnitude;
    at = stop;
    return true;
  }
  const char* const digits = *begin == '+' ? begin + 1 : begin;
  const auto [behind, error] = std::from_chars(digits, end, value);
  if (error == std::errc() && behind == stop) {
    at = stop;
    return true;
  }
  return read_any_number(begin, at, end, value);
}

bool read_seconds(const char*& at, const char* end, Timestamp& time) {
  Decimal decimal;
  const char* const stop = read_decimal(at, end, decimal);
  if (stop == nullptr) return false;
  std::int64_t millis = kFarAhead;
  if (decimal.digits <= 15 && decimal.exponent >= -3 && decimal.exponent <= 0) {
    constexpr std::array<std::int64_t, 4> kScale = {1000, 100, 10, 1};
    millis = std::int64_t(decimal.mantissa) * kScale[std::size_t(-decimal.exponent)];
    if (decimal.negative) millis = -millis;
  } else {
    const char* number = at;
    double seconds = 0;
    if (!read_number(number, end, seconds)) return false;
    if (std::abs(seconds) < double(kFarAhead) / 1000) millis = std::llround(seconds * 1000);
  }
  time = from_millis(millis);
  at = stop;
  return true;
}

}  // namespace lapwing::import
