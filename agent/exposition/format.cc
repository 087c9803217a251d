#include "agent/exposition/format.h"

#include <strings.h>

#include <algorithm>
#include <optional>

#include "agent/base/number.h"

namespace lapwing::exposition {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes what stands before the next `delimiter` (or the end) off `rest`.
std::string_view take_part(std::string_view& rest, char delimiter) {
  const std::size_t end = std::min(rest.find(delimiter), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// One element of the Accept header.
struct MediaRange {
  std::string_view type;
  std::string_view version;
  Escaping escaping = Escaping::Underscores;
  double quality = 1;
};

Escaping escaping_named(std::string_view name) {
  if (name == "allow-utf-8") return Escaping::AllowUtf8;
  if (name == "dots") return Escaping::Dots;
  if (name == "values") return Escaping::Values;
  return Escaping::Underscores;
}

MediaRange parse_range(std::string_view text) {
  MediaRange range;
  range.type = take_part(text, ';');
  while (!text.empty()) {
    std::string_view value = take_part(text, ';');
    const std::string_view key = take_part(value, '=');
    value = unquoted(trimmed(value));
    if (same_word(key, "version")) range.version = value;
    if (same_word(key, "escaping")) range.escaping = escaping_named(value);
    if (!same_word(key, "q")) continue;
    const auto quality = parse_value(value);
    const bool usable = quality.ok() && *quality >= 0 && *quality <= 1;
    range.quality = usable ? *quality : 0;
  }
  return range;
}

std::optional<Syntax> syntax_of(const MediaRange& range) {
  if (same_word(range.type, "application/openmetrics-text")) {
    if (range.version == "1.0.0") return Syntax::OpenMetrics_1_0_0;
    if (range.version.empty() || range.version == "0.0.1") return Syntax::OpenMetrics_0_0_1;
    return std::nullopt;
  }
  if (same_word(range.type, "text/plain")) {
    if (range.version == "1.0.0") return Syntax::Text_1_0_0;
    if (range.version.empty() || range.version == "0.0.4") return Syntax::Text_0_0_4;
    return std::nullopt;
  }
  const bool anything = range.type == "*/*" || same_word(range.type, "text/*");
  return anything ? std::optional(Syntax::Text_0_0_4) : std::nullopt;
}

}  // namespace

Format negotiate(std::string_view accept_header) {
  Format best;
  double best_quality = 0;
  while (!accept_header.empty()) {
    const MediaRange range = parse_range(take_part(accept_header, ','));
    const auto syntax = syntax_of(range);
    if (!syntax || range.quality <= best_quality) continue;
    best_quality = range.quality;
    best = {*syntax, range.escaping};
  }
  return best;
}

std::string content_type(Format format) {
  std::string text;
  switch (format.syntax) {
    case Syntax::Text_0_0_4:
      text = "text/plain; version=0.0.4";
      break;
    case Syntax::Text_1_0_0:
      text = "text/plain; version=1.0.0";
      break;
    case Syntax::OpenMetrics_0_0_1:
      text = "application/openmetrics-text; version=0.0.1";
      break;
    case Syntax::OpenMetrics_1_0_0:
      text = "application/openmetrics-text; version=1.0.0";
      break;
  }
  text += "; charset=utf-8; escaping=";
  switch (format.escaping) {
    case Escaping::Underscores:
      text += "underscores";
      break;
    case Escaping::Dots:
      text += "dots";
      break;
    case Escaping::Values:
      text += "values";
      break;
    case Escaping::AllowUtf8:
      text += "allow-utf-8";
      break;
  }
  return text;
}

}  // namespace lapwing::exposition
