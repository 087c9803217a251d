// TemplateValue: what a template computes with: the part of Go's values that rules can meet.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/labels.h"
#include "agent/promql/value.h"

namespace lapwing::alerting {

/// Immutable; copies share lists and maps.
class TemplateValue {
 public:
  enum class Kind { None, Bool, Integer, Float, String, List, Map, Object };
  using List = std::vector<TemplateValue>;
  using Members = std::map<std::string, TemplateValue, std::less<>>;

  TemplateValue() = default;
  static TemplateValue boolean(bool value);
  static TemplateValue integer(std::int64_t value);
  static TemplateValue number(double value);
  static TemplateValue string(std::string value);
  static TemplateValue list(List items);
  /// A map: a key that is missing reads as "".
  static TemplateValue map(Members members);
  /// A structure: a field that is missing is an error.
  static TemplateValue object(Members members);
  static TemplateValue from(const Labels& labels);
  /// One query result: an object with Labels and Value.
  static TemplateValue from(const promql::VectorSample& sample);

  Kind kind() const { return kind_; }
  bool as_bool() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  double as_float() const { return float_; }
  const std::string& as_string() const;
  const List& items() const;
  const Members& members() const;

  /// Go's truth: false, 0, "", and what is empty are false.
  bool truth() const;
  /// Appends Go's %v form ("1.048576e+06", "map[a:b]", "<no value>").
  void print(std::string& out) const;
  /// Go's name of the type, for messages.
  std::string_view type_name() const;

 private:
  Kind kind_ = Kind::None;
  std::int64_t integer_ = 0;
  double float_ = 0;
  std::shared_ptr<const std::string> text_;
  std::shared_ptr<const List> items_;
  std::shared_ptr<const Members> members_;
};

/// Go's %v of a float64.
void append_go_float(std::string& out, double value);

}  // namespace lapwing::alerting
