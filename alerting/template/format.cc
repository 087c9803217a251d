#include "alerting/template/format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "agent/base/utf8.h"

namespace lapwing::alerting {
namespace {

using Kind = TemplateValue::Kind;

constexpr int kWidthLimit = 1000;

struct Verb {
  bool plus = false, minus = false, sharp = false, zero = false, space = false;
  int width = -1;
  int precision = -1;
  char verb = 0;
};

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    at += std::max<std::size_t>(1, utf8_length(text.substr(at)));
  return count;
}

void pad(std::string& out, std::string text, const Verb& verb, bool numeric) {
  const std::size_t size = count_characters(text);
  const std::size_t width = verb.width > 0 ? std::size_t(verb.width) : 0;
  if (size >= width) {
    out += text;
    return;
  }
  if (verb.minus) {
    out += text + std::string(width - size, ' ');
  } else if (verb.zero && numeric) {
    const std::size_t sign = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    out += text.insert(sign, width - size, '0');
  } else {
    out += std::string(width - size, ' ') + text;
  }
}

std::string wrong(const Verb& verb, const TemplateValue& value) {
  std::string text = std::string("%!") + verb.verb + "(";
  if (value.kind() == Kind::None) return text + "<nil>)";
  text.append(value.type_name()).append("=");
  value.print(text);
  return text + ")";
}

std::string float_text(const Verb& verb, double value) {
  std::string text;
  const char form = verb.verb == 'v' ? 'g' : verb.verb;
  if (!std::isfinite(value)) {
    text = std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    if (!verb.plus && text[0] == '+') text = "+Inf";
    return text;
  }
  if ((form == 'g' || form == 'G') && verb.precision < 0) {
    append_go_float(text, value);
    if (form == 'G') std::replace(text.begin(), text.end(), 'e', 'E');
  } else {
    // Go's form is C's: %e has two digits of exponent, %f six decimals.
    char pattern[] = {'%', '.', '*', form, '\0'};
    char buffer[2048];
    const int length = std::snprintf(buffer, sizeof buffer, pattern,
                                     verb.precision < 0 ? 6 : verb.precision, value);
    text.assign(buffer, std::min(sizeof buffer - 1, std::size_t(std::max(length, 0))));
  }
  if (verb.plus && text[0] != '-') text.insert(0, 1, '+');
  if (verb.space && !verb.plus && text[0] != '-') text.insert(0, 1, ' ');
  return text;
}

std::string integer_text(const Verb& verb, std::int64_t value) {
  if (verb.verb == 'c')
    return value > 0 && value < 128 ? std::string(1, char(value)) : "\xef\xbf\xbd";
  const unsigned base = verb.verb == 'x' || verb.verb == 'X' ? 16
                        : verb.verb == 'o'                   ? 8
                        : verb.verb == 'b'                   ? 2
                                                             : 10;
  auto rest = std::uint64_t(value);
  if (value < 0) rest = 0 - rest;
  const char* const symbols = verb.verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string digits;
  do {
    digits += symbols[rest % base];
    rest /= base;
  } while (rest != 0);
  while (verb.precision > int(digits.size())) digits += '0';
  if (verb.sharp && base == 16) digits += verb.verb == 'X' ? "X0" : "x0";
  if (value < 0) {
    digits += '-';
  } else if (verb.plus) {
    digits += '+';
  } else if (verb.space) {
    digits += ' ';
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// The bytes in hexadecimal; '#' puts 0x in front, a blank between them (and 0x to each).
std::string hex_text(std::string_view bytes, const Verb& verb) {
  const bool upper = verb.verb == 'X';
  const std::string_view mark = !verb.sharp ? "" : upper ? "0X" : "0x";
  std::string out;
  for (const char c : bytes) {
    if (verb.space && !out.empty()) out += ' ';
    if (verb.space || out.empty()) out += mark;
    char pair[3];
    std::snprintf(pair, sizeof pair, upper ? "%02X" : "%02x", static_cast<unsigned>(c) & 0xffu);
    out += pair;
  }
  return out;
}

void format_string(std::string& out, const Verb& verb, const TemplateValue& value) {
  std::string_view text = value.as_string();
  if (verb.precision >= 0) {
    std::size_t at = 0;
    for (int i = 0; i < verb.precision && at < text.size(); ++i)
      at += std::max<std::size_t>(1, utf8_length(text.substr(at)));
    text = text.substr(0, at);
  }
  switch (verb.verb) {
    case 'v':
    case 's':
      return pad(out, std::string(text), verb, false);
    case 'q':
      return pad(out, go_quote(text), verb, false);
    case 'x':
    case 'X':
      return pad(out, hex_text(text, verb), verb, false);
    default:
      out += wrong(verb, value);
  }
}

/// %+v: fields with their names.
void print_named(std::string& out, const TemplateValue& value) {
  const bool list = value.kind() == Kind::List;
  if (value.type().text != nullptr || (!list && value.kind() != Kind::Object))
    return value.print(out);
  out += list ? '[' : '{';
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ' ';
    first = false;
  };
  for (const TemplateValue& item : value.items()) {
    separate();
    print_named(out, item);
  }
  for (const auto& [name, field] : value.fields()) {
    separate();
    out.append(name).append(":");
    print_named(out, field);
  }
  out += list ? ']' : '}';
}

void format_value_with(std::string& out, const Verb& verb, const TemplateValue& value) {
  const std::string_view verbs = verb.verb == 'T' ? "T" : std::string_view(&verb.verb, 1);
  if (verbs == "T") return pad(out, std::string(value.type_name()), verb, false);
  const auto any_of = [&](std::string_view allowed) {
    return allowed.find(verb.verb) != std::string_view::npos;
  };
  const bool has_text =
      value.type().text != nullptr || value.kind() == Kind::Time || value.kind() == Kind::Duration;
  if (has_text && any_of("vsq")) {
    std::string text;
    value.print(text);
    return format_string(out, verb, TemplateValue::string(std::move(text)));
  }
  switch (value.kind()) {
    case Kind::String:
      return format_string(out, verb, value);
    case Kind::Float:
      if (!any_of("vgGeEfF")) break;
      return pad(out, float_text(verb, value.as_float()), verb, std::isfinite(value.as_float()));
    case Kind::Integer:
    case Kind::Duration:
      if (any_of("vdxXobc"))
        return pad(out, integer_text(verb, value.as_integer()), verb, verb.precision < 0);
      break;
    case Kind::Bool:
      if (any_of("vt")) return pad(out, value.as_bool() ? "true" : "false", verb, false);
      break;
    default: {
      if (verb.verb != 'v' && verb.verb != 's') break;
      std::string text;
      if (value.kind() == Kind::None) {
        text = verb.verb == 'v' ? "<nil>" : "%!s(<nil>)";
      } else if (verb.plus && verb.verb == 'v') {
        print_named(text, value);
      } else {
        value.print(text);
      }
      return pad(out, std::move(text), verb, false);
    }
  }
  out += wrong(verb, value);
}

class Formatter {
 public:
  Formatter(std::string_view format, TemplateArguments arguments)
      : rest_(format), arguments_(arguments) {}

  std::string run() {
    while (!rest_.empty()) {
      const std::size_t percent = rest_.find('%');
      out_ += rest_.substr(0, percent);
      if (percent == std::string_view::npos) break;
      rest_.remove_prefix(percent + 1);
      format_one();
    }
    // Whoever names arguments by number may leave some out.
    if (next_ < arguments_.size() && !indexed_) append_extra();
    return std::move(out_);
  }

 private:
  int number() {
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      if (next_ >= arguments_.size() || arguments_[next_].kind() != Kind::Integer) {
        out_ += "%!(BADWIDTH)";
        ++next_;
        return -1;
      }
      return int(std::clamp<std::int64_t>(arguments_[next_++].as_integer(), -1, kWidthLimit));
    }
    int value = -1;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      value = std::min(kWidthLimit, std::max(value, 0) * 10 + (rest_[0] - '0'));
      rest_.remove_prefix(1);
    }
    return value;
  }

  /// "[2]": the next argument is the second.
  void take_index() {
    if (!rest_.starts_with('[')) return;
    const std::size_t end = rest_.find(']');
    std::size_t number = 0;
    if (end != std::string_view::npos) {
      const auto [stop, error] = std::from_chars(rest_.data() + 1, rest_.data() + end, number);
      if (error != std::errc() || stop != rest_.data() + end) number = 0;
    }
    indexed_ = true;
    bad_index_ = number == 0 || number > arguments_.size();
    if (!bad_index_) next_ = number - 1;
    rest_.remove_prefix(end == std::string_view::npos ? 1 : end + 1);
  }

  void format_one() {
    Verb verb;
    bad_index_ = false;
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      if (rest_[0] == '+')
        verb.plus = true;
      else if (rest_[0] == '-')
        verb.minus = true;
      else if (rest_[0] == '#')
        verb.sharp = true;
      else if (rest_[0] == '0')
        verb.zero = true;
      else if (rest_[0] == ' ')
        verb.space = true;
      else
        break;
    }
    take_index();
    verb.width = number();
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      take_index();
      verb.precision = std::max(0, number());
    }
    take_index();
    if (rest_.empty()) {
      out_ += "%!(NOVERB)";
      return;
    }
    verb.verb = rest_[0];
    rest_.remove_prefix(1);
    if (verb.verb == '%') {
      out_ += '%';
    } else if (bad_index_) {
      out_ += std::string("%!") + verb.verb + "(BADINDEX)";
    } else if (next_ >= arguments_.size()) {
      out_ += std::string("%!") + verb.verb + "(MISSING)";
    } else {
      format_value_with(out_, verb, arguments_[next_++]);
    }
  }

  void append_extra() {
    out_ += "%!(EXTRA ";
    for (std::size_t i = next_; i < arguments_.size(); ++i) {
      if (i > next_) out_ += ", ";
      if (arguments_[i].kind() == Kind::None) {
        out_ += "<nil>";
        continue;
      }
      out_.append(arguments_[i].type_name()).append("=");
      arguments_[i].print(out_);
    }
    out_ += ')';
  }

  std::string_view rest_;
  TemplateArguments arguments_;
  std::size_t next_ = 0;
  bool indexed_ = false;
  bool bad_index_ = false;
  std::string out_;
};

}  // namespace

std::string go_format(std::string_view format, TemplateArguments arguments) {
  return Formatter(format, arguments).run();
}

std::string go_quote(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text.substr(at));
    if (length > 1) {
      out += text.substr(at, length);
      at += length;
      continue;
    }
    ++at;
    switch (c) {
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\t':
        out += "\\t";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\a':
        out += "\\a";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\v':
        out += "\\v";
        continue;
      default:
        break;
    }
    if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\x" + hex_text(std::string_view(&c, 1), {});
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace lapwing::alerting
