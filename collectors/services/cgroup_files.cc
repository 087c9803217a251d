#include "collectors/services/cgroup_files.h"

#include <algorithm>
#include <charconv>

namespace lapwing::collectors::services {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view take_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(begin);
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The number behind "key=".
std::uint64_t assigned(std::string_view word, std::string_view key) {
  if (!word.starts_with(key)) return 0;
  return number_of(word.substr(key.size())).value_or(0);
}

}  // namespace

std::optional<std::uint64_t> keyed_number(std::string_view content, std::string_view key) {
  while (!content.empty()) {
    std::string_view line = take_line(content);
    if (take_word(line) == key) return number_of(take_word(line));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> single_number(std::string_view content) {
  std::string_view line = take_line(content);
  return number_of(take_word(line));
}

DiskUse parse_io_stat(std::string_view content) {
  DiskUse use;
  while (!content.empty()) {
    std::string_view line = take_line(content);
    take_word(line);
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      use.read_bytes += assigned(word, "rbytes=");
      use.written_bytes += assigned(word, "wbytes=");
      use.read_operations += assigned(word, "rios=");
      use.write_operations += assigned(word, "wios=");
    }
  }
  return use;
}

ReadsAndWrites parse_blkio(std::string_view content) {
  ReadsAndWrites sum;
  while (!content.empty()) {
    std::string_view line = take_line(content);
    take_word(line);
    const std::string_view what = take_word(line);
    const std::uint64_t value = number_of(take_word(line)).value_or(0);
    if (what == "Read") sum.reads += value;
    if (what == "Write") sum.writes += value;
  }
  return sum;
}

std::optional<Pressure> parse_group_pressure(std::string_view content) {
  Pressure pressure;
  bool found = false;
  while (!content.empty()) {
    std::string_view line = take_line(content);
    const std::string_view kind = take_word(line);
    std::uint64_t total = 0;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line))
      total += assigned(word, "total=");
    if (kind == "some") {
      pressure.some_micros = total;
      found = true;
    } else if (kind == "full") {
      pressure.full_micros = total;
    }
  }
  if (!found) return std::nullopt;
  return pressure;
}

}  // namespace lapwing::collectors::services
