#include "alerting/template/html.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace lapwing::alerting {
namespace {

constexpr std::string_view kRefused = "ZgotmplZ";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

bool is_alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = char(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void append_character_reference(std::string& out, char c) {
  switch (c) {
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '&':
      out += "&amp;";
      return;
    case '\0':
      out += kReplacement;
      return;
    default:
      out += "&#" + std::to_string(int(c)) + ";";
  }
}

/// Characters of `special`, and NUL, as character references.
std::string escape(std::string_view text, std::string_view special) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    if (c == '\0' || special.find(c) != std::string_view::npos) {
      append_character_reference(out, c);
    } else {
      out += c;
    }
  }
  return out;
}

std::string process_url(std::string_view text, bool normalize) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool encoded = normalize && c == '%' && i + 2 < text.size() &&
                         std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                         std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    const bool reserved =
        normalize && std::string_view("!#$&*+,/:;=?@[]").find(c) != std::string_view::npos;
    if (is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        encoded || reserved) {
      out += c;
      continue;
    }
    char code[4];
    std::snprintf(code, sizeof code, "%%%02x", static_cast<unsigned>(c) & 0xffu);
    out += code;
  }
  return out;
}

}  // namespace

std::string escape_html(std::string_view text) { return escape(text, "<>&'\""); }

std::string escape_html_value(std::string_view text) { return escape(text, "<>&'\"+"); }

std::string escape_html_unquoted(std::string_view text) {
  if (text.empty()) return std::string(kRefused);
  return escape(text, "<>&'\"+=` \t\n\v\f\r");
}

std::string normalize_html(std::string_view text) { return escape(text, "<>'\"+"); }

std::string strip_tags(std::string_view text) {
  std::string out;
  bool inside = false;
  for (const char c : text) {
    if (c == '<') inside = true;
    if (!inside) out += c;
    if (c == '>') inside = false;
  }
  return out;
}

std::string filter_attribute_name(std::string_view name) {
  const std::string lower = small(name);
  const bool plain = std::all_of(lower.begin(), lower.end(), is_alphanumeric);
  const bool code = lower.starts_with("on") || lower == "style" || lower == "srcset" ||
                    lower.find("src") != std::string::npos ||
                    lower.find("uri") != std::string::npos ||
                    lower.find("url") != std::string::npos || lower == "href" ||
                    lower == "action" || lower == "formaction" || lower == "data";
  return plain && !code && !lower.empty() ? std::string(name) : std::string(kRefused);
}

std::string normalize_url(std::string_view text) { return process_url(text, true); }
std::string escape_url(std::string_view text) { return process_url(text, false); }

bool is_harmless_link(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string scheme = small(text.substr(0, colon));
  return scheme.find('/') != std::string::npos || scheme == "http" || scheme == "https" ||
         scheme == "mailto";
}

std::string filter_css_value(std::string_view text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0' || std::string_view("\"'()/;@[\\]`{}<>").find(c) != std::string_view::npos ||
        (c == '-' && i > 0 && text[i - 1] == '-'))
      return std::string(kRefused);
    if (is_alphanumeric(c) || c == '_' || c == '-') name += c;
  }
  name = small(name);
  // Old browsers ran code by these two.
  if (name.find("expression") != std::string::npos || name.find("mozbinding") != std::string::npos)
    return std::string(kRefused);
  return std::string(text);
}

std::string escape_script_string(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\t':
        out += "\\t";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '/':
        out += "\\/";
        continue;
      default:
        break;
    }
    if (c == '\0' || c == '\v' || std::string_view("\"'`&+<>").find(c) != std::string_view::npos) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c) & 0xffu);
      out += code;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace lapwing::alerting
