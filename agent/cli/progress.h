// Progress of a command that takes a while: one line that is drawn anew in a terminal, a plain
// line now and then where the output goes elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/time.h"

namespace lapwing::cli {

/// One thread; says what to write and when, writes nothing itself.
class Progress {
 public:
  struct Output {
    bool terminal = false;  ///< standard error is one
    bool unicode = false;
    std::size_t columns = 80;
  };
  explicit Progress(Output output) : output_(output) {}

  /// What to write to standard error now; empty when it is not time yet. `part` (0 to 1) is how
  /// much is done, when that is known; `what` says it in words.
  std::string show(std::chrono::nanoseconds now, std::optional<double> part, std::string_view what);
  /// What takes the line away again before other text; empty when there is none.
  std::string clear();

 private:
  const Output output_;
  std::optional<std::chrono::nanoseconds> next_;
  bool drawn_ = false;
};

/// What standard error is connected to.
Progress::Output describe_standard_error();

/// "957,930"
std::string with_commas(std::uint64_t number);
/// "1.5 kB", "340 MB": powers of 1,000, three digits.
std::string format_bytes(double bytes);
/// "950", "12.3 k", "5.1 M": powers of 1,000, three digits.
std::string format_count(double count);

}  // namespace lapwing::cli
