#include "alerting/notify/classic_matchers.h"

#include "agent/base/utf8.h"

namespace lapwing::alerting {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}

/// Commas inside of quotes separate nothing.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  bool quoted = false;
  bool escaped = false;
  for (const char c : text) {
    if (c == ',' && !quoted) {
      parts.push_back(std::move(part));
      part.clear();
      continue;
    }
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = c == '\\' && !escaped;
    part += c;
  }
  if (!trimmed(part).empty()) parts.push_back(std::move(part));
  return parts;
}

Result<std::string> read_value(std::string_view raw) {
  bool expects_quote = raw.starts_with('"');
  if (expects_quote) raw.remove_prefix(1);
  if (!is_utf8(raw)) return invalid("matcher value not valid UTF-8: " + std::string(raw));
  std::string value;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    const bool last = at + 1 == raw.size();
    if (raw[at] == '\\' && !last) {
      const char next = raw[++at];
      if (next == 'n') {
        value += '\n';
        continue;
      }
      if (next != '"' && next != '\\') value += '\\';
      value += next;
    } else if (raw[at] == '"') {
      if (!expects_quote || !last)
        return invalid("matcher value contains unescaped double quote: " + std::string(raw));
      expects_quote = false;
    } else {
      value += raw[at];
    }
  }
  if (expects_quote)
    return invalid("matcher value contains opening quote but no trailing quote: " +
                   std::string(raw));
  return value;
}

Result<Matcher> read_matcher(std::string_view text) {
  text = trimmed(text);
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':';
  };
  std::size_t end = 0;
  while (end < text.size() && plain(text[end])) ++end;
  std::string label(text.substr(0, end));
  std::string_view rest = trimmed(text.substr(end));
  const bool digit_first = !label.empty() && label[0] >= '0' && label[0] <= '9';
  MatchKind kind = MatchKind::Equal;
  std::size_t length = 2;
  if (rest.starts_with("=~"))
    kind = MatchKind::Regex;
  else if (rest.starts_with("!~"))
    kind = MatchKind::NotRegex;
  else if (rest.starts_with("!="))
    kind = MatchKind::NotEqual;
  else if (rest.starts_with('='))
    length = 1;
  else
    length = 0;
  if (label.empty() || digit_first || length == 0)
    return invalid("bad matcher format: " + std::string(text));
  auto value = read_value(trimmed(rest.substr(length)));
  if (!value) return std::move(value).error();
  return Matcher::create(kind, std::move(label), *std::move(value));
}

}  // namespace

Result<Matcher> parse_classic_matcher(std::string_view text) { return read_matcher(text); }

Result<Matchers> parse_classic_matchers(std::string_view text) {
  if (text.starts_with('{')) text.remove_prefix(1);
  if (text.ends_with('}')) text.remove_suffix(1);
  Matchers matchers;
  for (const std::string& part : split(text)) {
    auto matcher = read_matcher(part);
    if (!matcher) return std::move(matcher).error();
    matchers.push_back(*std::move(matcher));
  }
  return matchers;
}

}  // namespace lapwing::alerting
