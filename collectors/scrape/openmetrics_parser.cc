#include "collectors/scrape/openmetrics_parser.h"

#include <cmath>

#include "agent/base/utf8.h"
#include "collectors/scrape/sample_value.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::string_view kNoEnd = "the page does not end with # EOF";

/// Milliseconds of seconds as Go's conversion of a float has them; outside of its range the
/// smallest number, as on amd64.
std::int64_t millis_of(double seconds) {
  const double millis = seconds * 1'000;
  constexpr double kRange = 9223372036854775808.0;
  return millis >= -kRange && millis < kRange ? std::int64_t(millis) : INT64_MIN;
}

}  // namespace

Result<Entry> OpenMetricsParser::next() {
  if (late_error_at_ != kNoError) return error_at(late_error_at_, "expected a timestamp");
  if (at_end()) return error_at(at_, kNoEnd);
  return page_[at_] == '#' ? comment_line() : sample_line();
}

Result<Entry> OpenMetricsParser::comment_line() {
  const std::size_t from = at_;
  const std::string_view line = page_.substr(at_, 7);
  if (line.starts_with("# EOF")) {
    at_ += line.starts_with("# EOF\n") ? 6 : 5;
    if (!at_end()) return error_at(at_, "unexpected data after # EOF");
    return Entry::End;
  }
  at_ = std::min(at_ + 7, page_.size());
  if (line == "# HELP ") return metadata_line(Entry::Help, from);
  if (line == "# TYPE ") return metadata_line(Entry::Type, from);
  if (line == "# UNIT ") return metadata_line(Entry::Unit, from);
  return error_at(from, "expected HELP, TYPE, UNIT or EOF after \"# \"");
}

Result<Entry> OpenMetricsParser::metadata_line(Entry entry, std::size_t from) {
  if (peek() == '"') {
    const auto quoted = quoted_token(true);
    if (!quoted) return error_at(from, "expected a closing quote");
    family_ = *quoted;
  } else {
    family_ = name_token(true);
    if (family_.empty()) return error_at(at_, "expected a metric name");
  }
  const std::size_t end = page_.find('\n', at_);
  if (peek() != ' ' || end == std::string_view::npos)
    return error_at(at_, "expected a blank and a text");
  text_ = page_.substr(at_ + 1, end - at_ - 1);
  text_has_quotes_ = true;
  at_ = end + 1;
  if (entry == Entry::Help && !is_utf8(text_)) return error_at(from, "the help text is not UTF-8");
  if (entry == Entry::Type && !take_type(text_, Format::OpenMetrics))
    return error_at(from, "unknown metric type");
  if (entry == Entry::Unit && !text_.empty() &&
      (family_.size() <= text_.size() || !family_.ends_with(text_) ||
       family_[family_.size() - text_.size() - 1] != '_'))
    return error_at(from, "the unit is not the end of the metric's name");
  return entry;
}

Result<Entry> OpenMetricsParser::sample_line() {
  begin_series();
  const std::size_t from = at_;
  if (peek() != '{') {
    name_ = name_token(true);
    if (name_.empty()) return error_at(at_, "expected a metric name");
  }
  if (peek() == '{') {
    ++at_;
    if (Result<void> read = read_braces(Braces::Series); !read) return std::move(read).error();
  }
  series_ = token_from(from);
  if (name_.data() == nullptr) return error_at(from, "the braces hold no metric name");
  return value_and_time();
}

Result<Entry> OpenMetricsParser::next_after_series(std::size_t from, std::size_t to) {
  series_ = page_.substr(from, to - from);
  at_ = to;
  return value_and_time();
}

Result<void> OpenMetricsParser::read_braces(Braces braces) {
  while (true) {
    const std::size_t from = at_;
    if (peek() == '}') {
      ++at_;
      return {};
    }
    std::string_view name;
    const bool quoted = peek() == '"';
    if (quoted) {
      const auto token = quoted_token(braces == Braces::Series);
      if (!token) return error_at(from, "expected a closing quote");
      name = *token;
    } else {
      name = name_token(false);
      if (name.empty()) return error_at(from, "expected a label name");
    }
    const bool alone = peek() == ',' || peek() == '}';
    if (alone && braces == Braces::Series) {
      // A name that stands alone in quotes is the metric's.
      if (!quoted) return error_at(at_, "expected '='");
      if (name_.data() != nullptr) return error_at(from, "a second metric name");
      name_ = name;
    } else if (Result<void> read = read_label(braces, name); !read) {
      return read;
    }
    if (peek() == ',')
      ++at_;
    else if (peek() != '}')
      return error_at(at_, "expected ',' or '}'");
  }
}

Result<void> OpenMetricsParser::read_label(Braces braces, std::string_view name) {
  if (peek() != '=') return error_at(at_, "expected '='");
  ++at_;
  if (peek() != '"') return error_at(at_, "expected a quoted label value");
  const std::size_t from = at_;
  const auto value = quoted_token(false);
  if (!value) return error_at(from, "expected a closing quote");
  if (!ascii_ && !is_utf8(*value)) return error_at(from, "a label value is not UTF-8");
  if (braces == Braces::Series) labels_.push_back({name, *value});
  return {};
}

std::string_view OpenMetricsParser::blank_and_word() {
  if (peek() != ' ') return {};
  const std::size_t from = ++at_;
  while (!at_end() && page_[at_] != ' ' && page_[at_] != '\n') ++at_;
  return token_from(from);
}

bool OpenMetricsParser::ends_in_nothing() const {
  const std::string_view rest = page_.substr(at_, 4);
  return rest == " " || rest.starts_with(" \n") || (rest.starts_with(" # ") && rest != " # {");
}

bool OpenMetricsParser::take_time(std::string_view word) {
  const Result<double> seconds = parse_sample_value(word);
  if (!seconds || std::isnan(*seconds) || std::isinf(*seconds)) return false;
  timestamp_ = millis_of(*seconds);
  return true;
}

Result<Entry> OpenMetricsParser::value_and_time() {
  timestamp_.reset();
  const std::size_t from = at_;
  if (!take_value(blank_and_word())) return error_at(from, "expected a blank and a value");
  if (ends_in_nothing()) {
    late_error_at_ = at_;
    return Entry::Sample;
  }
  if (peek() == ' ' && !page_.substr(at_).starts_with(" # {")) {
    const std::size_t time_from = at_;
    if (!take_time(blank_and_word())) return error_at(time_from, "expected a timestamp");
  }
  if (page_.substr(at_).starts_with(" # {")) {
    at_ += 4;
    if (Result<void> read = exemplar(); !read) return std::move(read).error();
  }
  if (at_end()) return error_at(at_, kNoEnd);
  if (page_[at_] != '\n') return error_at(at_, "expected the end of the line");
  ++at_;
  return Entry::Sample;
}

Result<void> OpenMetricsParser::exemplar() {
  if (Result<void> read = read_braces(Braces::Exemplar); !read) return read;
  const std::size_t from = at_;
  if (!parse_sample_value(blank_and_word())) return error_at(from, "expected the exemplar's value");
  if (peek() != ' ') return {};
  const std::optional<std::int64_t> sample_time = timestamp_;
  const bool sound = take_time(blank_and_word());
  timestamp_ = sample_time;
  if (!sound) return error_at(from, "expected the exemplar's timestamp");
  return {};
}

}  // namespace lapwing::collectors::scrape
