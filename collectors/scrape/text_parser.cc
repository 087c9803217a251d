#include "collectors/scrape/text_parser.h"

#include <algorithm>
#include <charconv>

#include "agent/base/utf8.h"

namespace lapwing::collectors::scrape {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Result<Entry> TextParser::next() {
  while (true) {
    skip_blanks();
    if (at_end() || page_[at_] == '\0') return Entry::End;
    if (page_[at_] == '\n') {
      ++at_;
      continue;
    }
    return page_[at_] == '#' ? comment_line() : sample_line();
  }
}

Entry TextParser::skip_comment(bool zero_ends_page) {
  while (!at_end() && page_[at_] != '\n') {
    if (page_[at_] == '\0' && zero_ends_page) return Entry::End;
    ++at_;
  }
  at_ = std::min(at_ + 1, page_.size());
  return Entry::Comment;
}

Result<Entry> TextParser::comment_line() {
  ++at_;
  // A zero byte ends a page, as at a line's beginning; further behind "# " it does not.
  if (!is_blank(peek())) return skip_comment(true);
  skip_blanks();
  if (peek() == '\0') return Entry::End;
  const std::string_view rest = page_.substr(at_, 5);
  const bool metadata = rest.size() == 5 && is_blank(rest[4]);
  if (metadata && rest.starts_with("TYPE")) return metadata_line(Entry::Type);
  if (metadata && rest.starts_with("HELP")) return metadata_line(Entry::Help);
  return skip_comment(false);
}

Result<Entry> TextParser::metadata_line(Entry entry) {
  const std::size_t from = at_;
  at_ += 4;
  skip_blanks();
  if (peek() == '"') {
    const auto quoted = quoted_token(true);
    if (!quoted) return error_at(from, "expected a closing quote");
    family_ = *quoted;
  } else {
    family_ = name_token(true);
    if (family_.empty()) return error_at(at_, "expected a metric name");
  }
  const std::size_t end = std::min(page_.find('\n', at_), page_.size());
  text_ = page_.substr(at_, end - at_);
  text_has_quotes_ = false;
  // One character separates, whatever it is; all that follows belongs to the text.
  if (!text_.empty()) text_.remove_prefix(1);
  at_ = std::min(end + 1, page_.size());
  if (entry == Entry::Help && !is_utf8(text_)) return error_at(from, "the help text is not UTF-8");
  if (entry == Entry::Type && !take_type(text_, Format::Text))
    return error_at(from, "unknown metric type");
  return entry;
}

Result<Entry> TextParser::sample_line() {
  begin_series();
  const std::size_t from = at_;
  if (peek() != '{') {
    name_ = name_token(true);
    if (name_.empty()) return error_at(at_, "expected a metric name");
  }
  std::size_t end = at_;
  skip_blanks();
  if (peek() == '{') {
    ++at_;
    if (Result<void> read = read_braces(); !read) return std::move(read).error();
    end = at_;
  }
  series_ = page_.substr(from, end - from);
  if (name_.data() == nullptr) return error_at(from, "the braces hold no metric name");
  return value_and_time();
}

Result<Entry> TextParser::next_after_series(std::size_t from, std::size_t to) {
  series_ = page_.substr(from, to - from);
  at_ = to;
  return value_and_time();
}

Result<void> TextParser::read_braces() {
  skip_blanks();
  while (true) {
    if (at_end()) return error_at(at_, "the page ends within braces");
    const std::size_t from = at_;
    if (page_[at_] == '}') {
      ++at_;
      return {};
    }
    std::string_view name;
    const bool quoted = page_[at_] == '"';
    if (quoted) {
      const auto token = quoted_token(true);
      if (!token) return error_at(from, "expected a closing quote");
      name = *token;
    } else {
      name = name_token(false);
      if (name.empty()) return error_at(from, "expected a label name");
    }
    skip_blanks();
    if (peek() != ',' && peek() != '}') {
      if (Result<void> read = read_label(from, name); !read) return read;
      continue;
    }
    // A name that stands alone in quotes is the metric's; without quotes it is a label that lacks
    // its value.
    if (!quoted) return error_at(at_, "expected '='");
    if (name_.data() != nullptr) return error_at(from, "a second metric name");
    name_ = name;
    if (page_[at_] == ',') ++at_;
    skip_blanks();
  }
}

Result<void> TextParser::read_label(std::size_t from, std::string_view name) {
  if (peek() != '=') return error_at(at_, "expected '='");
  ++at_;
  skip_blanks();
  if (peek() != '"') return error_at(at_, "expected a quoted label value");
  const auto value = quoted_token(true);
  if (!value) return error_at(from, "expected a closing quote");
  if (!ascii_ && !is_utf8(*value)) return error_at(from, "a label value is not UTF-8");
  labels_.push_back({name, *value});
  skip_blanks();
  if (peek() == ',') {
    ++at_;
    skip_blanks();
  }
  return {};
}

Result<Entry> TextParser::value_and_time() {
  skip_blanks();
  std::size_t from = at_;
  while (!at_end() && page_[at_] != '{' && page_[at_] != '\n' && !is_blank(page_[at_])) ++at_;
  if (at_ == from || !take_value(token_from(from))) return error_at(from, "expected a value");
  timestamp_.reset();
  skip_blanks();
  from = at_;
  while (!at_end() && is_digit(page_[at_])) ++at_;
  if (at_ > from) {
    std::int64_t millis = 0;
    const auto parsed = std::from_chars(page_.data() + from, page_.data() + at_, millis);
    if (parsed.ec != std::errc()) return error_at(from, "expected a timestamp");
    timestamp_ = millis;
    skip_blanks();
  }
  if (peek() != '\n') return error_at(at_, "expected a timestamp or the end of the line");
  if (!at_end()) ++at_;
  return Entry::Sample;
}

}  // namespace lapwing::collectors::scrape
