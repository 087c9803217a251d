// Matcher: one condition on a label, as in a PromQL selector.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/regex.h"
#include "agent/base/result.h"
#include "agent/model/labels.h"

namespace lapwing {

enum class MatchKind { Equal, NotEqual, Regex, NotRegex };

/// "=", "!=", "=~", "!~".
std::string_view name(MatchKind kind);

/// Immutable, cheap to copy.
class Matcher {
 public:
  /// Invalid when a regular expression does not compile.
  static Result<Matcher> create(MatchKind kind, std::string label, std::string value);
  static Matcher equal(std::string label, std::string value);

  MatchKind kind() const { return kind_; }
  const std::string& label() const { return label_; }
  const std::string& value() const { return value_; }

  /// A label that is missing has the value "".
  bool matches(std::string_view value) const;
  bool matches(const Labels& labels) const { return matches(labels.get(label_)); }
  /// `label=~"value"`.
  std::string to_string() const;

 private:
  Matcher(MatchKind kind, std::string label, std::string value, std::optional<Regex> regex)
      : kind_(kind), label_(std::move(label)), value_(std::move(value)), regex_(std::move(regex)) {}

  MatchKind kind_;
  std::string label_;
  std::string value_;
  std::optional<Regex> regex_;  // for the two kinds that need it
};

/// Of kinds, labels and values in their order; equal for same() matchers, within one process only.
std::size_t hash_of(std::span<const Matcher> matchers);
/// Whether kinds, labels and values are equal, in the same order.
bool same(std::span<const Matcher> a, std::span<const Matcher> b);

}  // namespace lapwing
