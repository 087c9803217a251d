// The agent's log: one line an event on standard error, written whole.
// Under systemd lines carry a priority prefix and no time (sd-daemon(3)); in a terminal, colour.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing {

enum class LogLevel { Debug, Info, Warn, Error };

std::string_view name(LogLevel level);
/// "debug", "info", "warn" or "error".
Result<LogLevel> parse_log_level(std::string_view text);

/// Any thread. A line says what, where, and what happens next; secrets never go in.
class Log {
 public:
  using Sink = std::function<void(LogLevel, std::string_view line)>;

  /// Writes to standard error in the form that fits what it is connected to.
  explicit Log(LogLevel level);
  /// Hands each line to `sink`, one call at a time: for tests.
  Log(LogLevel level, Sink sink);

  bool enabled(LogLevel level) const { return level >= level_; }

  template <typename... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::Debug))
      write(LogLevel::Debug, fmt::vformat(format, fmt::make_format_args(args...)));
  }
  template <typename... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::Info))
      write(LogLevel::Info, fmt::vformat(format, fmt::make_format_args(args...)));
  }
  template <typename... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::Warn))
      write(LogLevel::Warn, fmt::vformat(format, fmt::make_format_args(args...)));
  }
  template <typename... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(LogLevel::Error))
      write(LogLevel::Error, fmt::vformat(format, fmt::make_format_args(args...)));
  }

 private:
  void write(LogLevel level, std::string_view line);

  const LogLevel level_;
  const Sink sink_;
  std::mutex mutex_;  // one line at a time
};

}  // namespace lapwing
