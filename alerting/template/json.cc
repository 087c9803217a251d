#include "alerting/template/json.h"

#include <cmath>
#include <cstdio>

#include "agent/base/number.h"
#include "agent/base/utf8.h"

namespace lapwing::alerting {
namespace {

using Kind = TemplateValue::Kind;

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == '&') {
    char text[8];
    std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(c));
    out += text;
  } else {
    out += c;
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length == 0) {
      out += "\\ufffd";
    } else if (character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9") {
      out += character.back() == '\xa8' ? "\\u2028" : "\\u2029";
    } else if (length == 1) {
      append_escaped(out, character[0]);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  out += '"';
}

void append(std::string& out, const TemplateValue& value);

void append_object(std::string& out, const TemplateValue& value) {
  const auto names = value.type().json_names;
  out += '{';
  for (std::size_t i = 0; i < value.fields().size(); ++i) {
    if (i > 0) out += ',';
    append_string(out, i < names.size() ? names[i] : value.fields()[i].first);
    out += ':';
    append(out, value.fields()[i].second);
  }
  out += '}';
}

void append(std::string& out, const TemplateValue& value) {
  switch (value.kind()) {
    case Kind::None:
      out += "null";
      return;
    case Kind::Bool:
      out += value.as_bool() ? "true" : "false";
      return;
    case Kind::Integer:
    case Kind::Duration:
      out += std::to_string(value.as_integer());
      return;
    case Kind::Float:
      if (std::isfinite(value.as_float())) {
        append_value(out, value.as_float());
      } else {
        out += "null";  // Go refuses it; a page is worth more than its number.
      }
      return;
    case Kind::String:
      return append_string(out, value.as_string());
    case Kind::Time:
      return append_string(out, go_time_json(value.as_time()));
    case Kind::List: {
      out += '[';
      for (const TemplateValue& item : value.items()) {
        if (&item != value.items().data()) out += ',';
        append(out, item);
      }
      out += ']';
      return;
    }
    case Kind::Map: {
      out += '{';
      bool first = true;
      for (const auto& [name, member] : value.members()) {
        if (!first) out += ',';
        first = false;
        append_string(out, name);
        out += ':';
        append(out, member);
      }
      out += '}';
      return;
    }
    case Kind::Object:
      return append_object(out, value);
  }
}

}  // namespace

std::string go_json_string(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

std::string template_json(const TemplateValue& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace lapwing::alerting
