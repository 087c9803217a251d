#include "agent/base/scanner.h"

#include <algorithm>
#include <charconv>

namespace lapwing {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

void Scanner::fail(std::string_view why) {
  if (failed()) return;
  const auto read = text_.substr(0, text_.size() - rest_.size());
  const auto line_number = 1 + std::count(read.begin(), read.end(), '\n');
  error_ = "line " + std::to_string(line_number) + ": " + std::string(why);
  rest_ = {};
}

void Scanner::skip_blanks() {
  while (!rest_.empty() && is_blank(rest_[0])) rest_.remove_prefix(1);
}

std::string_view Scanner::line() {
  if (rest_.empty()) {
    fail("unexpected end");
    return {};
  }
  const std::size_t end = std::min(rest_.find('\n'), rest_.size());
  const std::string_view found = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return found;
}

std::string_view Scanner::word() {
  skip_blanks();
  std::size_t end = 0;
  while (end < rest_.size() && !is_blank(rest_[end]) && rest_[end] != '\n') ++end;
  if (end == 0) {
    fail("expected another field");
    return {};
  }
  const std::string_view found = rest_.substr(0, end);
  rest_.remove_prefix(end);
  return found;
}

template <typename T>
T Scanner::number() {
  const std::string_view text = word();
  if (failed()) return 0;
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    fail("expected a number, found \"" + std::string(text.substr(0, 40)) + "\"");
    return 0;
  }
  return value;
}

std::uint64_t Scanner::u64() { return number<std::uint64_t>(); }
std::int64_t Scanner::i64() { return number<std::int64_t>(); }
double Scanner::f64() { return number<double>(); }

std::string_view Scanner::until(char delimiter) {
  const std::size_t end = rest_.find(delimiter);
  if (end == std::string_view::npos) {
    fail(std::string("expected '") + delimiter + "'");
    return {};
  }
  const std::string_view found = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return found;
}

void Scanner::expect(std::string_view text) {
  skip_blanks();
  if (!accept(text)) fail("expected \"" + std::string(text) + "\"");
}

bool Scanner::accept(std::string_view text) {
  if (!rest_.starts_with(text) || failed()) return false;
  rest_.remove_prefix(text.size());
  return true;
}

Result<void> Scanner::done() const {
  if (failed()) return invalid(error_);
  return {};
}

}  // namespace lapwing
