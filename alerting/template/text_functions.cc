// Functions on text: case, regular expressions, escaping, printing, links.
#include <cctype>

#include "agent/base/regex.h"
#include "alerting/template/format.h"
#include "alerting/template/functions.h"
#include "alerting/template/links.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;
using Kind = TemplateValue::Kind;

Result<std::string> text_of(const TemplateValue& value) {
  if (value.kind() == Kind::String) return value.as_string();
  return invalid("wrong type for value; expected string; got " + std::string(value.type_name()));
}

/// A function of one text, as a table entry.
template <std::string (*Change)(const std::string&)>
Result<TemplateValue> change(const Environment&, TemplateArguments arguments) {
  const auto text = text_of(arguments[0]);
  if (!text) return text.error();
  return TemplateValue::string(Change(*text));
}

char upper(char c) { return char(std::toupper(static_cast<unsigned char>(c))); }
char lower(char c) { return char(std::tolower(static_cast<unsigned char>(c))); }

std::string to_upper(const std::string& text) {
  std::string out = text;
  for (char& c : out) c = upper(c);
  return out;
}

std::string to_lower(const std::string& text) {
  std::string out = text;
  for (char& c : out) c = lower(c);
  return out;
}

/// Go's strings.Title: a letter that follows no letter, digit, underscore or apostrophe.
std::string title(const std::string& text) {
  std::string out = text;
  bool starts = true;
  for (char& c : out) {
    if (starts) c = upper(c);
    starts = std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '\'' &&
             (c & 0x80) == 0;
  }
  return out;
}

std::string same(const std::string& text) { return text; }

std::string html_escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\0':
        out += "\xef\xbf\xbd";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string table_link(const std::string& expression) { return link_to_table(expression); }
std::string graph_link(const std::string& expression) { return link_to_graph(expression); }
std::string query_escape(const std::string& text) { return url_query_escape(text); }

/// net.SplitHostPort: the host when the text is HOST:PORT, else the text as it is.
std::string strip_port(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return text;
  if (text.starts_with('['))
    return colon > 0 && text[colon - 1] == ']' ? text.substr(1, colon - 2) : text;
  return text.find(':') == colon ? text.substr(0, colon) : text;
}

std::string strip_domain(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string::npos && text.find(':') == colon;
  const std::string host = has_port ? text.substr(0, colon) : text;
  const std::string port = has_port ? text.substr(colon) : "";
  const bool address = host.find_first_not_of("0123456789.") == std::string::npos ||
                       host.find(':') != std::string::npos;
  return address ? text : host.substr(0, host.find('.')) + port;
}

Result<TemplateValue> match(const Environment&, TemplateArguments arguments) {
  const auto pattern = text_of(arguments[0]);
  const auto text = text_of(arguments[1]);
  if (!pattern || !text) return pattern ? text.error() : pattern.error();
  const auto regex = Regex::create(*pattern);
  if (!regex) return Error(regex.error()).in("error calling match");
  return TemplateValue::boolean(regex->finds(*text));
}

Result<TemplateValue> replace_all(const Environment&, TemplateArguments arguments) {
  for (const TemplateValue& argument : arguments)
    if (const auto text = text_of(argument); !text) return text.error();
  const auto regex = Regex::create(arguments[0].as_string());
  if (!regex) return Error(regex.error()).in("error calling reReplaceAll");
  return TemplateValue::string(
      regex->replace_all(arguments[2].as_string(), arguments[1].as_string()));
}

/// fmt.Sprint: a blank between two operands of which neither is a text.
Result<TemplateValue> print(const Environment&, TemplateArguments arguments) {
  std::string out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && arguments[i].kind() != Kind::String && arguments[i - 1].kind() != Kind::String)
      out += ' ';
    arguments[i].print(out);
  }
  return TemplateValue::string(std::move(out));
}

Result<TemplateValue> println(const Environment&, TemplateArguments arguments) {
  std::string out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ' ';
    arguments[i].print(out);
  }
  return TemplateValue::string(out + '\n');
}

Result<TemplateValue> printf(const Environment&, TemplateArguments arguments) {
  const auto format = text_of(arguments[0]);
  if (!format) return format.error();
  return TemplateValue::string(go_format(*format, arguments.subspan(1)));
}

template <std::string (*Escape)(const std::string&)>
Result<TemplateValue> escape_all(const Environment& environment, TemplateArguments arguments) {
  auto text = print(environment, arguments);
  if (!text) return text;
  return TemplateValue::string(Escape(text->as_string()));
}

Result<TemplateValue> numbered(const Environment&, TemplateArguments arguments) {
  TemplateValue::Members members;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    members.emplace("arg" + std::to_string(i), arguments[i]);
  return TemplateValue::map(std::move(members));
}

Result<TemplateValue> external_url(const Environment& environment, TemplateArguments) {
  return TemplateValue::string(environment.external_url);
}

Result<TemplateValue> path_prefix(const Environment& environment, TemplateArguments) {
  const std::string& url = environment.external_url;
  const std::size_t host = url.find("://");
  const std::size_t path = host == std::string::npos ? host : url.find('/', host + 3);
  return TemplateValue::string(path == std::string::npos ? "" : url.substr(path));
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"title", 1, 1, change<title>},
    {"toUpper", 1, 1, change<to_upper>},
    {"toLower", 1, 1, change<to_lower>},
    {"safeHtml", 1, 1, change<same>},
    {"stripPort", 1, 1, change<strip_port>},
    {"stripDomain", 1, 1, change<strip_domain>},
    {"tableLink", 1, 1, change<table_link>},
    {"graphLink", 1, 1, change<graph_link>},
    {"urlQueryEscape", 1, 1, change<query_escape>},
    {"match", 2, 2, match},
    {"reReplaceAll", 3, 3, replace_all},
    {"print", 0, -1, print},
    {"println", 0, -1, println},
    {"printf", 1, -1, printf},
    {"html", 1, -1, escape_all<html_escape>},
    {"urlquery", 1, -1, escape_all<query_escape>},
    {"args", 0, -1, numbered},
    {"externalURL", 0, 0, external_url},
    {"pathPrefix", 0, 0, path_prefix},
};

}  // namespace

std::span<const TemplateFunctionEntry> text_functions() { return kFunctions; }

}  // namespace lapwing::alerting
