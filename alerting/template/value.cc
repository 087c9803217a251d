#include "alerting/template/value.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace lapwing::alerting {
namespace {

const std::string kEmptyText;
const TemplateValue::List kEmptyList;
const TemplateValue::Members kEmptyMembers;

}  // namespace

TemplateValue TemplateValue::boolean(bool value) {
  TemplateValue v;
  v.kind_ = Kind::Bool;
  v.integer_ = value ? 1 : 0;
  return v;
}

TemplateValue TemplateValue::integer(std::int64_t value) {
  TemplateValue v;
  v.kind_ = Kind::Integer;
  v.integer_ = value;
  return v;
}

TemplateValue TemplateValue::number(double value) {
  TemplateValue v;
  v.kind_ = Kind::Float;
  v.float_ = value;
  return v;
}

TemplateValue TemplateValue::string(std::string value) {
  TemplateValue v;
  v.kind_ = Kind::String;
  v.text_ = std::make_shared<const std::string>(std::move(value));
  return v;
}

TemplateValue TemplateValue::list(List items) {
  TemplateValue v;
  v.kind_ = Kind::List;
  v.items_ = std::make_shared<const List>(std::move(items));
  return v;
}

TemplateValue TemplateValue::map(Members members) {
  TemplateValue v;
  v.kind_ = Kind::Map;
  v.members_ = std::make_shared<const Members>(std::move(members));
  return v;
}

TemplateValue TemplateValue::object(Members members) {
  TemplateValue v = map(std::move(members));
  v.kind_ = Kind::Object;
  return v;
}

TemplateValue TemplateValue::from(const Labels& labels) {
  Members members;
  for (const Label label : labels)
    members.emplace_hint(members.end(), std::string(label.name), string(std::string(label.value)));
  return map(std::move(members));
}

TemplateValue TemplateValue::from(const promql::VectorSample& sample) {
  Members members;
  members.emplace("Labels", from(sample.labels));
  members.emplace("Value", number(sample.value));
  return object(std::move(members));
}

const std::string& TemplateValue::as_string() const { return text_ ? *text_ : kEmptyText; }
const TemplateValue::List& TemplateValue::items() const { return items_ ? *items_ : kEmptyList; }
const TemplateValue::Members& TemplateValue::members() const {
  return members_ ? *members_ : kEmptyMembers;
}

bool TemplateValue::truth() const {
  switch (kind_) {
    case Kind::None:
      return false;
    case Kind::Bool:
    case Kind::Integer:
      return integer_ != 0;
    case Kind::Float:
      return float_ != 0;
    case Kind::String:
      return !as_string().empty();
    case Kind::List:
      return !items().empty();
    case Kind::Map:
      return !members().empty();
    case Kind::Object:
      return true;
  }
  return false;
}

void TemplateValue::print(std::string& out) const {
  switch (kind_) {
    case Kind::None:
      out += "<no value>";
      return;
    case Kind::Bool:
      out += as_bool() ? "true" : "false";
      return;
    case Kind::Integer:
      out += std::to_string(integer_);
      return;
    case Kind::Float:
      append_go_float(out, float_);
      return;
    case Kind::String:
      out += as_string();
      return;
    case Kind::List: {
      out += '[';
      for (std::size_t i = 0; i < items().size(); ++i) {
        if (i > 0) out += ' ';
        items()[i].print(out);
      }
      out += ']';
      return;
    }
    case Kind::Map: {
      out += "map[";
      bool first = true;
      for (const auto& [name, value] : members()) {
        if (!first) out += ' ';
        first = false;
        out.append(name).append(":");
        value.print(out);
      }
      out += ']';
      return;
    }
    case Kind::Object: {
      out += '{';
      bool first = true;
      for (const auto& [name, value] : members()) {
        if (!first) out += ' ';
        first = false;
        value.print(out);
      }
      out += '}';
      return;
    }
  }
}

std::string_view TemplateValue::type_name() const {
  switch (kind_) {
    case Kind::None:
      return "nil";
    case Kind::Bool:
      return "bool";
    case Kind::Integer:
      return "int";
    case Kind::Float:
      return "float64";
    case Kind::String:
      return "string";
    case Kind::List:
      return "template.queryResult";
    case Kind::Map:
      return "map[string]string";
    case Kind::Object:
      return "*template.sample";
  }
  return "nil";
}

void append_go_float(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  // The shortest digits; the exponent form below 1e-4 and from 1e6 on (strconv's rule for %v):
  // 1048576 prints as 1.048576e+06.
  char text[64];
  auto end = std::to_chars(text, text + sizeof text - 1, value, std::chars_format::scientific).ptr;
  *end = '\0';
  const std::string_view digits(text, std::size_t(end - text));
  const int exponent = std::atoi(text + digits.find('e') + 1);
  if (exponent >= -4 && exponent < 6)
    end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
  out.append(text, std::size_t(end - text));
}

}  // namespace lapwing::alerting
