#include "agent/cli/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/cli/terminal.h"

namespace lapwing::cli {
namespace {

constexpr auto kTerminalInterval = 100ms;
constexpr auto kLineInterval = 10s;
constexpr std::size_t kBarColumns = 24;

std::string bar(double part, bool unicode) {
  const std::size_t filled = std::size_t(std::lround(part * double(kBarColumns)));
  std::string out;
  for (std::size_t i = 0; i < kBarColumns; ++i)
    out += i < filled ? (unicode ? "█" : "#") : (unicode ? "░" : ".");
  return out;
}

/// At most `columns` characters of the text.
std::string cut(std::string text, std::size_t columns) {
  while (text_columns(text) > columns) {
    text.pop_back();
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
      text.pop_back();
  }
  return text;
}

std::string scaled(double number, std::string_view unit) {
  constexpr std::array<std::string_view, 6> kPrefixes = {"", "k", "M", "G", "T", "P"};
  std::size_t prefix = 0;
  while (number >= 999.5 && prefix + 1 < kPrefixes.size()) {
    number /= 1000;
    ++prefix;
  }
  const int decimals = prefix == 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
  std::string out = fmt::format("{:.{}f} {}{}", number, decimals, kPrefixes[prefix], unit);
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

std::string Progress::show(std::chrono::nanoseconds now, std::optional<double> part,
                           std::string_view what) {
  const std::chrono::nanoseconds interval =
      output_.terminal ? std::chrono::nanoseconds(kTerminalInterval) : kLineInterval;
  // What is done before the first interval has passed needs no progress.
  if (!next_) next_ = now + interval;
  if (now < *next_) return {};
  next_ = now + interval;
  std::string percent;
  if (part) percent = fmt::format("{:3.0f} % ", 100 * std::clamp(*part, 0.0, 1.0));
  if (!output_.terminal) return percent + std::string(what) + "\n";
  std::string line = percent;
  if (part) line += bar(std::clamp(*part, 0.0, 1.0), output_.unicode) + " ";
  line += what;
  drawn_ = true;
  return "\r" + cut(line, output_.columns - 1) + "\x1b[K";
}

std::string Progress::clear() {
  if (!drawn_) return {};
  drawn_ = false;
  return "\r\x1b[K";
}

Progress::Output describe_standard_error() {
  Progress::Output output;
  output.unicode = describe_standard_output().unicode;
  output.terminal = ::isatty(STDERR_FILENO) != 0;
  winsize size{};
  if (output.terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    output.columns = size.ws_col;
  return output;
}

std::string with_commas(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, 1, ',');
  return out;
}

std::string format_bytes(double bytes) { return scaled(bytes, "B"); }
std::string format_count(double count) { return scaled(count, ""); }

}  // namespace lapwing::cli
