#include "collectors/scrape/text_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "agent/base/number.h"
#include "agent/base/utf8.h"

namespace lapwing::collectors::scrape {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Help knows \\ and \n, label values \" as well; any other backslash stands for itself.
void append_unescaped(std::string& out, std::string_view text, bool quotes) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == '\\' || next == 'n' || (next == '"' && quotes)) {
      out += next == 'n' ? '\n' : next;
      ++i;
    } else {
      out += text[i];
    }
  }
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShownBytes = 60;
  return '"' + std::string(text.substr(0, kShownBytes)) + '"';
}

}  // namespace

Result<double> parse_sample_value(std::string_view text) {
  const bool has_sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  Result<double> value = parse_value(text);
  if (!value) return value;
  const bool is_word = text.find_first_of("nN") != std::string_view::npos;
  // Go's reader takes no sign before NaN, and refuses what is too large for a double.
  if ((std::isnan(*value) && has_sign) || (std::isinf(*value) && !is_word))
    return invalid("not a number: " + shown(text));
  return value;
}

Error TextParser::error_at(std::string_view place, std::string_view why) const {
  const std::size_t offset =
      std::min<std::size_t>(std::size_t(place.data() - page_.data()), page_.size());
  const auto line = 1 + std::count(page_.begin(), page_.begin() + std::ptrdiff_t(offset), '\n');
  const std::string_view rest = place.substr(0, std::min(place.find('\n'), place.size()));
  return invalid("line " + std::to_string(line) + ": " + std::string(why) + ", found " +
                 shown(rest));
}

void TextParser::skip_blanks() {
  while (at_ < page_.size() && is_blank(page_[at_])) ++at_;
}

std::string_view TextParser::name_token(bool colons) {
  const std::size_t from = at_;
  while (at_ < page_.size()) {
    const char c = page_[at_];
    if (!is_letter(c) && !(colons && c == ':') && !(is_digit(c) && at_ > from)) break;
    ++at_;
  }
  return page_.substr(from, at_ - from);
}

std::optional<std::string_view> TextParser::quoted_token() {
  std::size_t i = at_ + 1;
  while (i < page_.size() && page_[i] != '"') i += page_[i] == '\\' ? 2 : 1;
  if (i >= page_.size()) return std::nullopt;
  const std::string_view inside = page_.substr(at_ + 1, i - at_ - 1);
  at_ = i + 1;
  return inside;
}

Result<TextParser::Entry> TextParser::next() {
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

TextParser::Entry TextParser::skip_comment() {
  while (!at_end() && page_[at_] != '\n' && page_[at_] != '\0') ++at_;
  if (at_end()) return Entry::Comment;
  // A zero byte ends a page, here as at a line's beginning.
  if (page_[at_] == '\0') return Entry::End;
  ++at_;
  return Entry::Comment;
}

Result<TextParser::Entry> TextParser::comment_line() {
  ++at_;
  if (!is_blank(peek())) return skip_comment();
  skip_blanks();
  const std::string_view rest = page_.substr(std::min(at_, page_.size()));
  const bool metadata = rest.size() > 4 && is_blank(rest[4]);
  if (metadata && rest.starts_with("TYPE")) return metadata_line(Entry::Type);
  if (metadata && rest.starts_with("HELP")) return metadata_line(Entry::Help);
  return skip_comment();
}

Result<TextParser::Entry> TextParser::metadata_line(Entry entry) {
  const std::string_view line = page_.substr(at_);
  at_ += 4;
  skip_blanks();
  if (peek() == '"') {
    const auto quoted = quoted_token();
    if (!quoted) return error_at(line, "expected a closing quote");
    family_ = *quoted;
  } else {
    family_ = name_token(true);
    if (family_.empty()) return error_at(page_.substr(at_), "expected a metric name");
  }
  const std::size_t end = std::min(page_.find('\n', at_), page_.size());
  text_ = page_.substr(at_, end - at_);
  // One character separates, whatever it is; all that follows belongs to the text.
  if (!text_.empty()) text_.remove_prefix(1);
  at_ = std::min(end + 1, page_.size());
  if (entry == Entry::Help) {
    if (!is_utf8(text_)) return error_at(line, "the help text is not UTF-8");
    return entry;
  }
  if (text_ == "counter")
    type_ = MetricType::Counter;
  else if (text_ == "gauge")
    type_ = MetricType::Gauge;
  else if (text_ == "histogram")
    type_ = MetricType::Histogram;
  else if (text_ == "summary")
    type_ = MetricType::Summary;
  else if (text_ == "untyped")
    type_ = MetricType::Unknown;
  else
    return error_at(line, "unknown metric type");
  return entry;
}

Result<TextParser::Entry> TextParser::sample_line() {
  labels_.clear();
  name_ = {};
  const std::size_t from = at_;
  if (peek() != '{') {
    name_ = name_token(true);
    if (name_.empty()) return error_at(page_.substr(at_), "expected a metric name");
  }
  std::size_t end = at_;
  skip_blanks();
  if (peek() == '{') {
    ++at_;
    if (Result<void> read = labels(); !read) return std::move(read).error();
    end = at_;
  }
  series_ = page_.substr(from, end - from);
  if (name_.data() == nullptr) return error_at(series_, "the braces hold no metric name");
  if (Result<void> read = value_and_time(); !read) return std::move(read).error();
  return Entry::Sample;
}

Result<void> TextParser::labels() {
  skip_blanks();
  while (true) {
    if (at_end()) return error_at(page_.substr(page_.size()), "the page ends within braces");
    const std::size_t from = at_;
    if (page_[at_] == '}') {
      ++at_;
      return {};
    }
    std::string_view name;
    const bool quoted = page_[at_] == '"';
    if (quoted) {
      const auto token = quoted_token();
      if (!token) return error_at(page_.substr(from), "expected a closing quote");
      name = *token;
    } else {
      name = name_token(false);
      if (name.empty()) return error_at(page_.substr(from), "expected a label name");
    }
    skip_blanks();
    if (peek() == ',' || peek() == '}') {
      // A name that stands alone in quotes is the metric's; without quotes it is a label that
      // lacks its value.
      if (!quoted) return error_at(page_.substr(at_), "expected '='");
      if (name_.data() != nullptr) return error_at(page_.substr(from), "a second metric name");
      name_ = name;
      if (page_[at_] == ',') ++at_;
      skip_blanks();
      continue;
    }
    if (peek() != '=') return error_at(page_.substr(std::min(at_, page_.size())), "expected '='");
    ++at_;
    skip_blanks();
    if (peek() != '"')
      return error_at(page_.substr(std::min(at_, page_.size())), "expected a quoted label value");
    const std::size_t value_from = at_;
    const auto value = quoted_token();
    if (!value) return error_at(page_.substr(value_from), "expected a closing quote");
    if (!is_utf8(*value)) return error_at(page_.substr(value_from), "a label value is not UTF-8");
    labels_.push_back({name, *value});
    skip_blanks();
    if (peek() == ',') {
      ++at_;
      skip_blanks();
    }
  }
}

Result<void> TextParser::value_and_time() {
  skip_blanks();
  std::size_t from = at_;
  while (!at_end() && page_[at_] != '{' && page_[at_] != '\n' && !is_blank(page_[at_])) ++at_;
  const std::string_view text = page_.substr(from, at_ - from);
  if (text.empty()) return error_at(page_.substr(from), "expected a value");
  const Result<double> value = parse_sample_value(text);
  if (!value) return error_at(page_.substr(from), "expected a value");
  // Every NaN is the same one: a page must not be able to send a stale marker.
  value_ = std::isnan(*value) ? std::numeric_limits<double>::quiet_NaN() : *value;
  timestamp_.reset();
  skip_blanks();
  from = at_;
  while (!at_end() && is_digit(page_[at_])) ++at_;
  if (at_ > from) {
    std::int64_t millis = 0;
    const auto parsed = std::from_chars(page_.data() + from, page_.data() + at_, millis);
    if (parsed.ec != std::errc()) return error_at(page_.substr(from), "expected a timestamp");
    timestamp_ = millis;
    skip_blanks();
  }
  if (peek() != '\n')
    return error_at(page_.substr(at_), "expected a timestamp or the end of the line");
  if (!at_end()) ++at_;
  return {};
}

void TextParser::read_labels(std::vector<std::pair<std::string, std::string>>& labels) const {
  labels.clear();
  labels.emplace_back(kMetricName, std::string());
  append_unescaped(labels.back().second, name_, true);
  for (const RawLabel& label : labels_) {
    labels.emplace_back();
    append_unescaped(labels.back().first, label.name, true);
    append_unescaped(labels.back().second, label.value, true);
  }
}

std::string TextParser::help() const {
  std::string help;
  append_unescaped(help, text_, false);
  return help;
}

}  // namespace lapwing::collectors::scrape
