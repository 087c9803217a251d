// Condition: an alert's expression taken apart: what it looks at, and which values are worse.
#pragma once

#include <optional>

#include "agent/promql/expression.h"

namespace lapwing::alerting {

struct Condition {
  /// The expression without the comparison that makes it an alert: `rate(x[5m]) > 5` looks at
  /// `rate(x[5m])`. It has a result where there is data, whether the alert's condition holds or
  /// not. None when the expression has no such part: absent(), a constant.
  std::optional<promql::Expression> data;
  /// The comparison wants small values: the smallest is the worst.
  bool lower_is_worse = false;
};

/// Pure.
Condition read_condition(const promql::Expression& expression);

}  // namespace lapwing::alerting
