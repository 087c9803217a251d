// Scanner: reads text from left to right and remembers its first failure, so that a parser
// reads freely and checks once. Made for /proc, /sys and the like.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing {

/// Views into `text`, which must outlive the Scanner and what it returned. After a failure every
/// read returns zero or an empty view.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool failed() const { return !error_.empty(); }
  std::string_view rest() const { return rest_; }

  /// The text up to the next line break, which is skipped; fails at the end.
  std::string_view line();
  /// The next run of characters other than blanks and line breaks, blanks before it skipped.
  /// Fails when there is none on this line.
  std::string_view word();
  /// The next word as a number; fails when it is none or out of range.
  std::uint64_t u64();
  std::int64_t i64();
  double f64();
  /// The text up to `delimiter`, which is skipped; fails when it is missing.
  std::string_view until(char delimiter);
  /// Skips `text` when it comes next (blanks before it skipped); fails otherwise.
  void expect(std::string_view text);
  /// Skips `text` when it comes next; tells whether it did. Never fails.
  bool accept(std::string_view text);
  void skip_blanks();
  /// Marks the scan as failed, for a rule that the Scanner cannot know.
  void fail(std::string_view why);

  /// Success, or Invalid with the first failure and its line number.
  Result<void> done() const;

 private:
  template <typename T>
  T number();

  std::string_view text_;
  std::string_view rest_;
  std::string error_;
};

}  // namespace lapwing
