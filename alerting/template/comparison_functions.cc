// Go's comparison and container functions: eq ne lt le gt ge, not, len, index, slice.
#include <cmath>

#include "alerting/template/functions.h"

namespace lapwing::alerting {
namespace {

using Environment = TemplateEnvironment;
using Kind = TemplateValue::Kind;

Error incompatible(std::string_view function) {
  return invalid("error calling " + std::string(function) + ": incompatible types for comparison");
}

Result<bool> equal(const TemplateValue& a, const TemplateValue& b) {
  if (a.kind() != b.kind()) {
    if (a.kind() == Kind::None || b.kind() == Kind::None) return false;
    return incompatible("eq");
  }
  switch (a.kind()) {
    case Kind::None:
      return true;
    case Kind::Bool:
    case Kind::Integer:
    case Kind::Duration:
      return a.as_integer() == b.as_integer();
    case Kind::Float:
      return a.as_float() == b.as_float();
    case Kind::String:
      return a.as_string() == b.as_string();
    default:
      return invalid("error calling eq: non-comparable type " + std::string(a.type_name()));
  }
}

Result<bool> less(const TemplateValue& a, const TemplateValue& b, std::string_view function) {
  if (a.kind() != b.kind()) return incompatible(function);
  switch (a.kind()) {
    case Kind::Integer:
    case Kind::Duration:
      return a.as_integer() < b.as_integer();
    case Kind::Float:
      return a.as_float() < b.as_float();
    case Kind::String:
      return a.as_string() < b.as_string();
    default:
      return invalid("error calling " + std::string(function) + ": invalid type for comparison");
  }
}

Result<TemplateValue> boolean(const Result<bool>& result) {
  if (!result) return result.error();
  return TemplateValue::boolean(*result);
}

Result<TemplateValue> eq(const Environment&, TemplateArguments arguments) {
  for (const TemplateValue& other : arguments.subspan(1)) {
    const auto same = equal(arguments[0], other);
    if (!same) return same.error();
    if (*same) return TemplateValue::boolean(true);
  }
  return TemplateValue::boolean(false);
}

Result<TemplateValue> ne(const Environment&, TemplateArguments arguments) {
  const auto same = equal(arguments[0], arguments[1]);
  if (!same) return same.error();
  return TemplateValue::boolean(!*same);
}

Result<TemplateValue> lt(const Environment&, TemplateArguments arguments) {
  return boolean(less(arguments[0], arguments[1], "lt"));
}

Result<TemplateValue> le(const Environment&, TemplateArguments arguments) {
  const auto below = less(arguments[0], arguments[1], "le");
  if (!below || *below) return boolean(below);
  return boolean(equal(arguments[0], arguments[1]));
}

Result<TemplateValue> ge(const Environment&, TemplateArguments arguments) {
  const auto below = less(arguments[0], arguments[1], "ge");
  if (!below) return below.error();
  return TemplateValue::boolean(!*below);
}

Result<TemplateValue> gt(const Environment&, TemplateArguments arguments) {
  const auto below = less(arguments[0], arguments[1], "gt");
  if (!below) return below.error();
  if (*below) return TemplateValue::boolean(false);
  const auto same = equal(arguments[0], arguments[1]);
  if (!same) return same.error();
  return TemplateValue::boolean(!*same);
}

Result<TemplateValue> negate(const Environment&, TemplateArguments arguments) {
  return TemplateValue::boolean(!arguments[0].truth());
}

Result<TemplateValue> length(const Environment&, TemplateArguments arguments) {
  switch (arguments[0].kind()) {
    case Kind::String:
      return TemplateValue::integer(std::int64_t(arguments[0].as_string().size()));
    case Kind::List:
      return TemplateValue::integer(std::int64_t(arguments[0].items().size()));
    case Kind::Map:
      return TemplateValue::integer(std::int64_t(arguments[0].members().size()));
    default:
      return invalid("error calling len: len of type " + std::string(arguments[0].type_name()));
  }
}

Result<TemplateValue> index(const Environment&, TemplateArguments arguments) {
  TemplateValue at = arguments[0];
  for (const TemplateValue& key : arguments.subspan(1)) {
    if (at.kind() == Kind::List && key.kind() == Kind::Integer) {
      if (key.as_integer() < 0 || std::size_t(key.as_integer()) >= at.items().size())
        return invalid("error calling index: index out of range: " +
                       std::to_string(key.as_integer()));
      at = TemplateValue(at.items()[std::size_t(key.as_integer())]);
    } else if (at.kind() == Kind::Map && key.kind() == Kind::String) {
      const TemplateValue* found = at.find(key.as_string());
      at = found != nullptr           ? TemplateValue(*found)
           : at.type().missing_is_nil ? TemplateValue()
                                      : TemplateValue::string("");
    } else {
      return invalid("error calling index: cannot index " + std::string(at.type_name()) + " with " +
                     std::string(key.type_name()));
    }
  }
  return at;
}

Result<TemplateValue> slice(const Environment&, TemplateArguments arguments) {
  const bool text = arguments[0].kind() == Kind::String;
  if (!text && arguments[0].kind() != Kind::List)
    return invalid("error calling slice: can't slice item of type " +
                   std::string(arguments[0].type_name()));
  const std::size_t size = text ? arguments[0].as_string().size() : arguments[0].items().size();
  std::size_t bounds[2] = {0, size};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].kind() != Kind::Integer || arguments[i].as_integer() < 0 ||
        std::size_t(arguments[i].as_integer()) > size)
      return invalid("error calling slice: index out of range");
    bounds[i - 1] = std::size_t(arguments[i].as_integer());
  }
  if (bounds[0] > bounds[1]) return invalid("error calling slice: invalid slice index");
  if (text)
    return TemplateValue::string(arguments[0].as_string().substr(bounds[0], bounds[1] - bounds[0]));
  const auto& items = arguments[0].items();
  return TemplateValue::list(
             {items.begin() + std::ptrdiff_t(bounds[0]), items.begin() + std::ptrdiff_t(bounds[1])})
      .as(arguments[0].type());
}

constexpr TemplateFunctionEntry kFunctions[] = {
    {"eq", 2, -1, eq},       {"ne", 2, 2, ne},       {"lt", 2, 2, lt},      {"le", 2, 2, le},
    {"gt", 2, 2, gt},        {"ge", 2, 2, ge},       {"not", 1, 1, negate}, {"len", 1, 1, length},
    {"index", 1, -1, index}, {"slice", 1, 3, slice},
};

}  // namespace

std::span<const TemplateFunctionEntry> comparison_functions() { return kFunctions; }

}  // namespace lapwing::alerting
