// TemplateValue: what a template computes with: the part of Go's values that rules and
// notifications can meet.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "agent/promql/value.h"
#include "alerting/template/go_time.h"

namespace lapwing::alerting {

struct TemplateType;

/// Immutable; copies share lists, maps and texts.
class TemplateValue {
 public:
  /// Duration is in nanoseconds, as_integer().
  enum class Kind { None, Bool, Integer, Float, String, Duration, Time, List, Map, Object };
  using List = std::vector<TemplateValue>;
  using Members = std::map<std::string, TemplateValue, std::less<>>;
  /// In the order of the declaration; the names live for ever.
  using Fields = std::vector<std::pair<std::string_view, TemplateValue>>;

  TemplateValue() = default;
  static TemplateValue boolean(bool value);
  static TemplateValue integer(std::int64_t value);
  static TemplateValue number(double value);
  static TemplateValue string(std::string value);
  static TemplateValue duration(std::int64_t nanoseconds);
  static TemplateValue time(GoTime time);
  static TemplateValue list(List items);
  /// A map of texts: a key that is missing reads as "".
  static TemplateValue map(Members members);
  /// A structure: a field that is missing is an error.
  static TemplateValue object(Fields fields);
  static TemplateValue from(const Labels& labels);
  /// One query result: an object with Labels and Value.
  static TemplateValue from(const promql::VectorSample& sample);
  /// The same value under another Go type, which must outlive all values.
  TemplateValue as(const TemplateType& type) const;

  Kind kind() const { return kind_; }
  bool as_bool() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  double as_float() const { return float_; }
  const std::string& as_string() const;
  const GoTime& as_time() const;
  const List& items() const;
  const Members& members() const;
  const Fields& fields() const;
  /// The member of a map or field of an object; nullptr when there is none.
  const TemplateValue* find(std::string_view name) const;
  const TemplateType& type() const;

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
  const TemplateType* type_ = nullptr;   // nullptr: the kind's usual one
  std::shared_ptr<const void> content_;  // of the kind's type
};

/// A method of a Go type, called by templates as `.Name argument …`.
struct TemplateMethod {
  std::string_view name;
  int arguments = 0;
  Result<TemplateValue> (*call)(const TemplateValue& self,
                                std::span<const TemplateValue> arguments) = nullptr;
};

/// What Go knows of a type beside its kind.
struct TemplateType {
  std::string_view name;
  std::span<const TemplateMethod> methods{};
  /// How it prints (fmt.Stringer); nullptr: by its kind.
  std::string (*text)(const TemplateValue& self) = nullptr;
  bool missing_is_nil = false;  ///< a map of any: a key that is missing reads as nil, not as ""
  std::span<const std::string_view> json_names{};  ///< of an object's fields; empty: their own
};

/// Go's %v of a float64.
void append_go_float(std::string& out, double value);

}  // namespace lapwing::alerting
