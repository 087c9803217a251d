#include "agent/exposition/escaping.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "agent/base/utf8.h"
#include "agent/model/labels.h"

namespace lapwing::exposition {
namespace {

/// The code point of the well-formed character `text`.
unsigned code_point(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (text.size() == 1) return first;
  unsigned point = first & (0xFFu >> (text.size() + 1));
  for (const char c : text.substr(1))
    point = (point << 6) | (static_cast<unsigned char>(c) & 0x3Fu);
  return point;
}

void append_escaped_character(std::string& out, std::string_view character, bool sound,
                              Escaping escaping) {
  switch (escaping) {
    case Escaping::Dots:
      out += character == "." ? "_dot_" : "__";
      return;
    case Escaping::Values:
      out += sound ? fmt::format("_{:x}_", code_point(character)) : "_FFFD_";
      return;
    case Escaping::Underscores:
    case Escaping::AllowUtf8:
      break;
  }
  out += '_';
}

/// Reads the text of a series from left to right; what it returns views into it.
class SeriesText {
 public:
  explicit SeriesText(std::string_view text) : rest_(text) {}

  bool accept(char c) {
    skip_blanks();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

  /// Up to one of `ends`, blanks and quotes included.
  std::string_view until_any(std::string_view ends) {
    skip_blanks();
    const std::string_view found = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(found.size());
    return found;
  }

  /// What stands between quotes, escapes and all; the opening quote comes next.
  std::optional<std::string_view> quoted() {
    if (!accept('"')) return std::nullopt;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '\\') {
        ++i;
      } else if (rest_[i] == '"') {
        const std::string_view found = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return found;
      }
    }
    return std::nullopt;
  }
  bool quote_is_next() {
    skip_blanks();
    return !rest_.empty() && rest_[0] == '"';
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape) ++i;
    out += escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

struct ParsedSeries {
  std::string name;
  std::vector<std::pair<std::string, std::string_view>> labels;  // values still escaped
};

/// `name{label="value",…}` or `{"name",label="value",…}`; label names may be quoted too.
std::optional<ParsedSeries> parse_series(std::string_view text) {
  SeriesText reader(text);
  ParsedSeries series;
  series.name = reader.until_any("{");
  if (!reader.accept('{')) return std::nullopt;
  while (!reader.accept('}')) {
    const bool is_quoted = reader.quote_is_next();
    const auto name = is_quoted ? reader.quoted() : std::optional(reader.until_any("=\"{},"));
    if (!name) return std::nullopt;
    if (reader.accept('=')) {
      const auto value = reader.quoted();
      if (!value) return std::nullopt;
      series.labels.emplace_back(is_quoted ? unescaped(*name) : std::string(*name), *value);
    } else if (is_quoted && series.name.empty()) {
      series.name = unescaped(*name);
    } else {
      return std::nullopt;
    }
    reader.accept(',');
  }
  if (!reader.at_end() || series.name.empty()) return std::nullopt;
  return series;
}

}  // namespace

std::string escape_name(std::string_view name, Escaping escaping) {
  if (escaping == Escaping::AllowUtf8 || name.empty() || is_legacy_metric_name(name))
    return std::string(name);
  std::string out = escaping == Escaping::Values ? "U__" : "";
  const bool doubles_underscores = escaping != Escaping::Underscores;
  bool is_first = true;
  while (!name.empty()) {
    const std::size_t length = utf8_length(name);
    const std::string_view character = name.substr(0, std::max<std::size_t>(1, length));
    const bool is_digit = character[0] >= '0' && character[0] <= '9';
    const bool is_legal = is_legacy_metric_name(character) || (is_digit && !is_first);
    if (character == "_" && doubles_underscores)
      out += "__";
    else if (is_legal)
      out += character;
    else
      append_escaped_character(out, character, length > 0, escaping);
    name.remove_prefix(character.size());
    is_first = false;
  }
  return out;
}

bool may_hold_quoted_name(std::string_view series) {
  // A quote of a value follows "="; a value can hold these pairs too, hence "may".
  return series.find("{\"") != std::string_view::npos ||
         series.find(",\"") != std::string_view::npos ||
         series.find(", \"") != std::string_view::npos;
}

void append_escaped_series(std::string& out, std::string_view series, Escaping escaping) {
  const auto parsed = parse_series(series);
  if (!parsed) {
    out += series;
    return;
  }
  out += escape_name(parsed->name, escaping);
  if (parsed->labels.empty()) return;
  char before = '{';
  for (const auto& [name, value] : parsed->labels) {
    out += std::exchange(before, ',');
    out.append(escape_name(name, escaping)).append("=\"").append(value).append("\"");
  }
  out += '}';
}

}  // namespace lapwing::exposition
