#include "agent/promql/value.h"

namespace lapwing::promql {

std::string_view name(ValueType type) {
  switch (type) {
    case ValueType::Scalar:
      return "scalar";
    case ValueType::String:
      return "string";
    case ValueType::Vector:
      return "vector";
    case ValueType::Matrix:
      return "matrix";
  }
  return "vector";
}

ValueType type(const Value& value) {
  struct Visitor {
    ValueType operator()(const Scalar&) const { return ValueType::Scalar; }
    ValueType operator()(const String&) const { return ValueType::String; }
    ValueType operator()(const Vector&) const { return ValueType::Vector; }
    ValueType operator()(const Matrix&) const { return ValueType::Matrix; }
  };
  return std::visit(Visitor(), value);
}

}  // namespace lapwing::promql
