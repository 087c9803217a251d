// Regex: RE2 as Prometheus uses it: fully anchored, '.' matches a line break, linear time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing {

/// Immutable, cheap to copy, any thread.
class Regex {
 public:
  /// Invalid with RE2's reason, or when the program is larger than 1 MiB.
  static Result<Regex> create(std::string_view pattern);

  const std::string& pattern() const;
  /// Whether the whole text matches.
  bool matches(std::string_view text) const;
  /// Go's Expand: `$1`, `${name}` and `$$` in `replacement`; false when the text does not match.
  bool expand(std::string_view text, std::string_view replacement, std::string& out) const;
  /// Replaces every match anywhere in the text (not anchored), as Go's ReplaceAllString.
  std::string replace_all(std::string_view text, std::string_view replacement) const;
  /// Whether any part of the text matches (not anchored), as Go's MatchString.
  bool finds(std::string_view text) const;

 private:
  struct Program;
  explicit Regex(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  void append_expansion(std::string& out, std::string_view replacement,
                        const std::vector<std::string_view>& groups) const;

  std::shared_ptr<const Program> program_;
};

}  // namespace lapwing
