// Go's own functions on text, and those of both dialects: printing, escaping, regular expressions.
#include <cstdio>

#include "agent/base/regex.h"
#include "agent/base/utf8.h"
#include "alerting/template/format.h"
#include "alerting/template/functions.h"
#include "alerting/template/html.h"
#include "alerting/template/links.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;
using Kind = TemplateValue::Kind;

/// Go's fmt prints a nil argument as <nil>, a template's own output as <no value>.
void print_argument(std::string& out, const TemplateValue& value) {
  if (value.kind() == Kind::None) {
    out += "<nil>";
  } else {
    value.print(out);
  }
}

/// fmt.Sprint: a blank between two operands of which neither is a text.
Result<TemplateValue> print(const Environment&, TemplateArguments arguments) {
  std::string out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && arguments[i].kind() != Kind::String && arguments[i - 1].kind() != Kind::String)
      out += ' ';
    print_argument(out, arguments[i]);
  }
  return TemplateValue::string(std::move(out));
}

Result<TemplateValue> println(const Environment&, TemplateArguments arguments) {
  std::string out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) out += ' ';
    print_argument(out, arguments[i]);
  }
  return TemplateValue::string(out + '\n');
}

Result<TemplateValue> printf(const Environment&, TemplateArguments arguments) {
  const auto format = template_text(arguments[0]);
  if (!format) return format.error();
  return TemplateValue::string(go_format(*format, arguments.subspan(1)));
}

constexpr TemplateType kHtmlEscaped{"string"};
constexpr TemplateType kQueryEscaped{"string"};
constexpr TemplateType kScriptEscaped{"string"};

/// The arguments put together as print does, escaped.
template <std::string (*Escape)(const std::string&), const TemplateType* kType>
Result<TemplateValue> escape_all(const Environment& environment, TemplateArguments arguments) {
  auto text = print(environment, arguments);
  if (!text) return text;
  return TemplateValue::string(Escape(text->as_string())).as(*kType);
}

std::string html_text(const std::string& text) { return escape_html(text); }
std::string query_escape(const std::string& text) { return url_query_escape(text); }

/// "\\u003C".
std::string code_escape(char c) {
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04X", static_cast<unsigned>(c) & 0xffu);
  return text;
}

/// template.JSEscapeString: what a script's string cannot hold as it is.
std::string js_escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\'':
        out += "\\'";
        break;
      case '"':
        out += "\\\"";
        break;
      case '<':
      case '>':
      case '&':
      case '=':
        out += code_escape(c);
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += code_escape(c);
        } else {
          out += c;
        }
    }
  }
  return out;
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"print", 0, -1, print},
    {"println", 0, -1, println},
    {"printf", 1, -1, printf},
    {"html", 0, -1, escape_all<html_text, &kHtmlEscaped>},
    {"js", 0, -1, escape_all<js_escape, &kScriptEscaped>},
    {"urlquery", 0, -1, escape_all<query_escape, &kQueryEscaped>},
};

}  // namespace

Result<TemplateValue> template_match(const Environment&, TemplateArguments arguments) {
  const auto pattern = template_text(arguments[0]);
  const auto text = template_text(arguments[1]);
  if (!pattern || !text) return pattern ? text.error() : pattern.error();
  const auto regex = Regex::create(*pattern);
  if (!regex) return Error(regex.error()).in("error calling match");
  return TemplateValue::boolean(regex->finds(*text));
}

Result<TemplateValue> template_replace_all(const Environment&, TemplateArguments arguments) {
  for (const TemplateValue& argument : arguments)
    if (const auto text = template_text(argument); !text) return text.error();
  const auto regex = Regex::create(arguments[0].as_string());
  if (!regex) return Error(regex.error()).in("error calling reReplaceAll");
  return TemplateValue::string(
      regex->replace_all(arguments[2].as_string(), arguments[1].as_string()));
}

bool is_html_escaped(const TemplateValue& value) { return &value.type() == &kHtmlEscaped; }
bool is_query_escaped(const TemplateValue& value) { return &value.type() == &kQueryEscaped; }

std::span<const TemplateFunctionEntry> print_functions() { return kFunctions; }

}  // namespace lapwing::alerting
