#include "agent/base/log.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

#include "agent/base/time.h"

namespace lapwing {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
// sd-daemon(3): <7> debug … <3> error.
constexpr std::array<std::string_view, 4> kPriorities = {"<7>", "<6>", "<4>", "<3>"};
constexpr std::array<std::string_view, 4> kColours = {"\033[2m", "", "\033[33m", "\033[31m"};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // Nowhere is left to complain to.
    text.remove_prefix(std::size_t(written));
  }
}

Log::Sink standard_error() {
  const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  const bool colour = ::isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return [journal, colour](LogLevel level, std::string_view line) {
    const auto index = std::size_t(level);
    std::string text;
    if (journal) {
      text.append(kPriorities[index]).append(line);
    } else {
      if (colour) text += kColours[index];
      text.append(format_rfc3339(SystemClock().now())).append(" ");
      text.append(kNames[index]).append(kNames[index].size() == 4 ? "  " : " ").append(line);
      if (colour && !kColours[index].empty()) text += "\033[0m";
    }
    text += '\n';
    write_all(text);
  };
}

}  // namespace

std::string_view name(LogLevel level) { return kNames[std::size_t(level)]; }

Result<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return LogLevel(i);
  return invalid("unknown log level \"" + std::string(text) +
                 "\" (expected debug, info, warn or error)");
}

Log::Log(LogLevel level) : Log(level, standard_error()) {}

Log::Log(LogLevel level, Sink sink) : level_(level), sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string_view line) {
  // A line break inside a message would let input forge a line of its own.
  std::string safe(line);
  for (char& c : safe)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  const std::lock_guard lock(mutex_);
  sink_(level, safe);
}

}  // namespace lapwing
