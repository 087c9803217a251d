#include "collectors/access_log/positions.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

#include "agent/base/scanner.h"

namespace lapwing::collectors::access_log {
namespace {

constexpr std::string_view kVersion = "access-log-positions 1";

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text.empty() ? "-" : text;
}

std::optional<std::string> bytes_of(std::string_view text) {
  std::string bytes;
  if (text == "-") return bytes;
  if (text.size() % 2 != 0 || text.size() > 2 * Tail::kHeadBytes) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const char* const end = text.data() + i + 2;
    const auto [stop, error] = std::from_chars(text.data() + i, end, value, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    bytes += char(value);
  }
  return bytes;
}

}  // namespace

std::string write_positions(const Positions& positions) {
  std::string text = std::string(kVersion) + "\n";
  for (const auto& [path, position] : positions)
    if (path.find('\n') == std::string::npos)
      text += fmt::format("{} {} {} {}\n", position.inode, position.offset,
                          hexadecimal(position.head), path);
  return text;
}

Positions parse_positions(std::string_view text) {
  Positions positions;
  Scanner lines(text);
  if (lines.at_end() || lines.line() != kVersion) return positions;
  while (!lines.at_end()) {
    Scanner line(lines.line());
    Position position;
    position.inode = line.u64();
    position.offset = line.u64();
    const std::optional<std::string> head = bytes_of(line.word());
    line.skip_blanks();
    const std::string path(line.rest());
    if (line.failed() || !head || path.empty()) continue;
    position.head = *head;
    positions[path] = std::move(position);
  }
  return positions;
}

}  // namespace lapwing::collectors::access_log
