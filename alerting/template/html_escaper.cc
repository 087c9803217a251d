#include "alerting/template/html_escaper.h"

#include <algorithm>
#include <cctype>

#include "alerting/template/functions.h"
#include "alerting/template/html.h"
#include "alerting/template/json.h"

namespace lapwing::alerting {
namespace {

constexpr std::string_view kComment = "<!--";
constexpr std::string_view kCommentEnd = "-->";

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_blank_character(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
char small(char c) { return char(std::tolower(static_cast<unsigned char>(c))); }

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return small(a) == small(b); });
}

/// "<a" or "</a".
bool begins_tag(std::string_view rest) {
  const std::size_t name = rest.starts_with("</") ? 2 : 1;
  return rest.size() > name && is_letter(rest[name]);
}

std::string printed(const TemplateValue& value) {
  std::string text;
  // Go's html/template prints a nil as nothing.
  if (value.kind() != TemplateValue::Kind::None) value.print(text);
  return text;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

void HtmlEscaper::text(std::string_view text, std::string& out) {
  while (!text.empty()) {
    std::size_t taken = 1;
    switch (place_) {
      case Place::Text:
      case Place::Comment:
        taken = text_step(text, out);
        break;
      case Place::RawText:
      case Place::Script:
      case Place::Style:
        taken = content_step(text, out);
        break;
      default:
        tag_step(text[0]);
        out += text[0];
    }
    text.remove_prefix(taken);
  }
}

std::size_t HtmlEscaper::text_step(std::string_view rest, std::string& out) {
  if (place_ == Place::Comment) {
    const std::size_t end = rest.find(kCommentEnd);
    if (end == std::string_view::npos) return rest.size();
    place_ = Place::Text;
    return end + kCommentEnd.size();
  }
  const std::size_t open = rest.find('<');
  if (open != 0) {
    out += rest.substr(0, open);
    return open == std::string_view::npos ? rest.size() : open;
  }
  if (rest.starts_with(kComment)) {
    place_ = Place::Comment;
    return kComment.size();
  }
  if (begins_tag(rest)) {
    begin_tag(rest);
    const std::size_t length = 1 + (closing_ ? 1 : 0) + element_.size();
    out += rest.substr(0, length);
    return length;
  }
  out += starts_with_word(rest, "<!doctype") ? "<" : "&lt;";
  return 1;
}

std::size_t HtmlEscaper::content_step(std::string_view rest, std::string& out) {
  if (rest.starts_with("</") && starts_with_word(rest.substr(2), element_)) {
    place_ = Place::Text;
    return text_step(rest, out);
  }
  if (place_ == Place::Script) script_step(rest[0]);
  if (place_ == Place::RawText && rest[0] == '<') {
    out += "&lt;";
  } else {
    out += rest[0];
  }
  return 1;
}

void HtmlEscaper::begin_tag(std::string_view rest) {
  closing_ = rest.starts_with("</");
  element_.clear();
  for (const char c : rest.substr(closing_ ? 2 : 1)) {
    if (!is_letter(c) && std::isdigit(static_cast<unsigned char>(c)) == 0 && c != ':' && c != '-')
      break;
    element_ += small(c);
  }
  place_ = Place::Tag;
}

void HtmlEscaper::end_tag() {
  place_ = Place::Text;
  if (closing_) return;
  script_quote_ = 0;
  if (element_ == "script") place_ = Place::Script;
  if (element_ == "style") place_ = Place::Style;
  if (element_ == "title" || element_ == "textarea") place_ = Place::RawText;
}

void HtmlEscaper::tag_step(char c) {
  if (place_ == Place::AttributeValue) return value_step(c);
  if (c == '>') return end_tag();
  if (place_ == Place::BeforeValue) {
    if (!is_blank_character(c)) begin_value(c);
    return;
  }
  if (c == '=' && place_ != Place::Tag) {
    place_ = Place::BeforeValue;
  } else if (is_blank_character(c) || c == '/') {
    if (place_ == Place::AttributeName) place_ = Place::AfterName;
  } else {
    if (place_ != Place::AttributeName) attribute_.clear();
    place_ = Place::AttributeName;
    attribute_ += small(c);
  }
}

void HtmlEscaper::begin_value(char first) {
  // The kinds of html/template's attr.go: by name, and by what a data- attribute's name says.
  constexpr std::string_view kLinks[] = {"action",   "archive",  "background", "cite",    "classid",
                                         "codebase", "data",     "formaction", "href",    "icon",
                                         "longdesc", "manifest", "poster",     "profile", "src",
                                         "usemap",   "xmlns"};
  std::string_view name = attribute_;
  if (name.starts_with("data-")) name.remove_prefix(5);
  const bool link = std::find(std::begin(kLinks), std::end(kLinks), name) != std::end(kLinks) ||
                    contains(name, "src") || contains(name, "uri") || contains(name, "url");
  kind_ = name == "style"          ? Attribute::Style
          : name.starts_with("on") ? Attribute::Script
          : link                   ? Attribute::Link
                                   : Attribute::Plain;
  place_ = Place::AttributeValue;
  link_ = LinkPart::Start;
  script_quote_ = 0;
  quote_ = first == '"' || first == '\'' ? first : '\0';
  if (quote_ == '\0' && first != '\0') value_step(first);
}

void HtmlEscaper::value_step(char c) {
  const bool ends = quote_ != 0 ? c == quote_ : is_blank_character(c) || c == '>';
  if (ends) {
    place_ = Place::Tag;
    if (c == '>') end_tag();
    return;
  }
  if (c == '?' || c == '#') {
    link_ = LinkPart::Query;
  } else if (link_ == LinkPart::Start && !is_blank_character(c)) {
    link_ = LinkPart::Path;
  }
  if (kind_ == Attribute::Script) script_step(c);
}

void HtmlEscaper::script_step(char c) {
  if (script_escape_) {
    script_escape_ = false;
  } else if (script_quote_ != 0 && c == '\\') {
    script_escape_ = true;
  } else if (script_quote_ == 0 && (c == '"' || c == '\'' || c == '`')) {
    script_quote_ = c;
  } else if (c == script_quote_) {
    script_quote_ = 0;
  }
}

void HtmlEscaper::value(const TemplateValue& value, std::string& out) {
  switch (place_) {
    case Place::Text:
      out += is_safe_html(value) || is_html_escaped(value) ? printed(value)
                                                           : escape_html_value(printed(value));
      return;
    case Place::RawText:
      out +=
          is_safe_html(value) ? normalize_html(printed(value)) : escape_html_value(printed(value));
      return;
    case Place::Script:
      out += script_text(value);
      return;
    case Place::Style:
      out += filter_css_value(printed(value));
      return;
    case Place::Comment:
      return;
    case Place::Tag:
    case Place::AfterName:
    case Place::AttributeName: {
      if (place_ != Place::AttributeName) attribute_.clear();
      place_ = Place::AttributeName;
      const std::string name = filter_attribute_name(printed(value));
      attribute_ += name;
      out += name;
      return;
    }
    case Place::BeforeValue:
      begin_value('\0');
      break;
    case Place::AttributeValue:
      break;
  }
  out += attribute_text(value);
}

std::string HtmlEscaper::attribute_text(const TemplateValue& value) const {
  std::string text;
  switch (kind_) {
    case Attribute::Plain:
      text = printed(value);
      if (is_safe_html(value)) text = strip_tags(text);
      if (quote_ != 0 && is_safe_html(value)) return normalize_html(text);
      if (is_html_escaped(value)) return text;
      break;
    case Attribute::Link:
      text = link_text(value);
      break;
    case Attribute::Style:
      text = filter_css_value(printed(value));
      break;
    case Attribute::Script:
      text = script_text(value);
      break;
  }
  return quote_ != 0 ? escape_html_value(text) : escape_html_unquoted(text);
}

std::string HtmlEscaper::link_text(const TemplateValue& value) const {
  std::string text = printed(value);
  if (link_ == LinkPart::Query) {
    if (is_safe_url(value)) return normalize_url(text);
    return is_query_escaped(value) ? text : escape_url(text);
  }
  if (link_ == LinkPart::Start && !is_safe_url(value) && !is_harmless_link(text))
    return "#ZgotmplZ";
  return normalize_url(text);
}

std::string HtmlEscaper::script_text(const TemplateValue& value) const {
  if (script_quote_ != 0) return escape_script_string(printed(value));
  using Kind = TemplateValue::Kind;
  // A type that has a text of its own is that text; times write themselves as JSON.
  const bool as_text = value.type().text != nullptr || value.kind() == Kind::Duration;
  std::string json = template_json(as_text ? TemplateValue::string(printed(value)) : value);
  const auto identifier = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
  };
  if (identifier(json.front()) || identifier(json.back())) return " " + json + " ";
  return json;
}

}  // namespace lapwing::alerting
