#include "alerting/template/value.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace lapwing::alerting {
namespace {

const std::string kEmptyText;
const TemplateValue::List kEmptyList;
const TemplateValue::Members kEmptyMembers;
const TemplateValue::Fields kEmptyFields;
const GoTime kZeroTime;

constexpr TemplateType kUsualTypes[] = {
    {"nil"},           {"bool"},      {"int"},      {"float64"},           {"string"},
    {"time.Duration"}, {"time.Time"}, {"[]string"}, {"map[string]string"}, {"struct"}};
constexpr TemplateType kSampleType{"*template.sample"};

/// Appends the items with blanks between them.
template <typename Items, typename Print>
void print_between(std::string& out, char open, char close, const Items& items, Print print) {
  out += open;
  bool first = true;
  for (const auto& item : items) {
    if (!first) out += ' ';
    first = false;
    print(item);
  }
  out += close;
}

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
  v.content_ = std::make_shared<const std::string>(std::move(value));
  return v;
}

TemplateValue TemplateValue::duration(std::int64_t nanoseconds) {
  TemplateValue v = integer(nanoseconds);
  v.kind_ = Kind::Duration;
  return v;
}

TemplateValue TemplateValue::time(GoTime time) {
  TemplateValue v;
  v.kind_ = Kind::Time;
  v.content_ = std::make_shared<const GoTime>(std::move(time));
  return v;
}

TemplateValue TemplateValue::list(List items) {
  TemplateValue v;
  v.kind_ = Kind::List;
  v.content_ = std::make_shared<const List>(std::move(items));
  return v;
}

TemplateValue TemplateValue::map(Members members) {
  TemplateValue v;
  v.kind_ = Kind::Map;
  v.content_ = std::make_shared<const Members>(std::move(members));
  return v;
}

TemplateValue TemplateValue::object(Fields fields) {
  TemplateValue v;
  v.kind_ = Kind::Object;
  v.content_ = std::make_shared<const Fields>(std::move(fields));
  return v;
}

TemplateValue TemplateValue::from(const Labels& labels) {
  Members members;
  for (const Label label : labels)
    members.emplace_hint(members.end(), std::string(label.name), string(std::string(label.value)));
  return map(std::move(members));
}

TemplateValue TemplateValue::from(const promql::VectorSample& sample) {
  return object({{"Labels", from(sample.labels)}, {"Value", number(sample.value)}}).as(kSampleType);
}

TemplateValue TemplateValue::as(const TemplateType& type) const {
  TemplateValue v = *this;
  v.type_ = &type;
  return v;
}

const std::string& TemplateValue::as_string() const {
  return kind_ == Kind::String ? *static_cast<const std::string*>(content_.get()) : kEmptyText;
}
const GoTime& TemplateValue::as_time() const {
  return kind_ == Kind::Time ? *static_cast<const GoTime*>(content_.get()) : kZeroTime;
}
const TemplateValue::List& TemplateValue::items() const {
  return kind_ == Kind::List ? *static_cast<const List*>(content_.get()) : kEmptyList;
}
const TemplateValue::Members& TemplateValue::members() const {
  return kind_ == Kind::Map ? *static_cast<const Members*>(content_.get()) : kEmptyMembers;
}
const TemplateValue::Fields& TemplateValue::fields() const {
  return kind_ == Kind::Object ? *static_cast<const Fields*>(content_.get()) : kEmptyFields;
}

const TemplateValue* TemplateValue::find(std::string_view name) const {
  if (kind_ == Kind::Map) {
    const auto found = members().find(name);
    return found != members().end() ? &found->second : nullptr;
  }
  for (const auto& [field, value] : fields())
    if (field == name) return &value;
  return nullptr;
}

const TemplateType& TemplateValue::type() const {
  return type_ != nullptr ? *type_ : kUsualTypes[std::size_t(kind_)];
}

bool TemplateValue::truth() const {
  switch (kind_) {
    case Kind::None:
      return false;
    case Kind::Bool:
    case Kind::Integer:
    case Kind::Duration:
      return integer_ != 0;
    case Kind::Float:
      return float_ != 0;
    case Kind::String:
      return !as_string().empty();
    case Kind::List:
      return !items().empty();
    case Kind::Map:
      return !members().empty();
    case Kind::Time:
    case Kind::Object:
      return true;
  }
  return false;
}

void TemplateValue::print(std::string& out) const {
  if (type().text != nullptr) {
    out += type().text(*this);
    return;
  }
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
    case Kind::Duration:
      out += go_duration_text(integer_);
      return;
    case Kind::Time:
      out += go_time_text(as_time());
      return;
    case Kind::List:
      return print_between(out, '[', ']', items(), [&](const auto& item) { item.print(out); });
    case Kind::Map:
      out += "map";
      return print_between(out, '[', ']', members(), [&](const auto& member) {
        out.append(member.first).append(":");
        // Go shows a nil inside of a map as <nil>.
        if (member.second.kind() == Kind::None) {
          out += "<nil>";
        } else {
          member.second.print(out);
        }
      });
    case Kind::Object:
      return print_between(out, '{', '}', fields(),
                           [&](const auto& field) { field.second.print(out); });
  }
}

std::string_view TemplateValue::type_name() const { return type().name; }

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
