// Expression: a PromQL text, parsed and type-checked.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/matcher.h"
#include "agent/promql/value.h"

namespace lapwing::promql {

struct RepeatedParts;  // repeated_parts.h
struct Node;           // ast.h

/// Immutable, cheap to copy, any thread.
class Expression {
 public:
  /// Invalid with Prometheus's form of message: "1:5: parse error: …".
  static Result<Expression> parse(std::string_view text);

  ValueType type() const;
  /// The text in Prometheus's normal form, one line.
  std::string to_string() const;
  /// The matchers of each selector in it, metric name included, left to right.
  std::vector<std::vector<Matcher>> selectors() const;
  const Node& root() const { return *root_; }
  /// What comes more than once in it; null: nothing. Lives as long as the expression or a copy.
  const RepeatedParts* repeated_parts() const { return repeated_.get(); }

 private:
  explicit Expression(std::shared_ptr<const Node> root);

  std::shared_ptr<const Node> root_;
  std::shared_ptr<const RepeatedParts> repeated_;
};

/// A selector alone, as `match[]` has it: `up{job="x"}`. Invalid when it is anything else.
Result<std::vector<Matcher>> parse_selector(std::string_view text);

}  // namespace lapwing::promql
