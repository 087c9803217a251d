// The text exposition format 0.0.4 as Prometheus 3 reads it, which is wider in places than its
// description (quoted names, blanks almost anywhere, a missing comma between labels) and stricter
// in others (no hexadecimal or 1_000 values, no CR at a line's end, no unknown type).
// Leaves out: what a sample's labels become (target labels, limits) is the target's matter.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "agent/model/series.h"

namespace lapwing::collectors::scrape {

/// Reads one page from left to right. Views live as long as the page.
class TextParser {
 public:
  enum class Entry { Sample, Type, Help, Comment, End };

  explicit TextParser(std::string_view page) : page_(page) {}

  /// The next entry; Invalid with the line's number when the page breaks the format there. After
  /// End or an error it is not called again.
  Result<Entry> next();

  // Of the newest Sample:
  /// The bytes that name the series: the same bytes mean the same series.
  std::string_view series() const { return series_; }
  double value() const { return value_; }
  std::optional<std::int64_t> timestamp_millis() const { return timestamp_; }
  /// Puts name and labels, unescaped, into `labels` after clearing it; in the page's order.
  void read_labels(std::vector<std::pair<std::string, std::string>>& labels) const;

  // Of the newest Type or Help:
  std::string_view family() const { return family_; }
  MetricType type() const { return type_; }
  /// Unescaped.
  std::string help() const;

 private:
  struct RawLabel {
    std::string_view name;
    std::string_view value;
  };

  Error error_at(std::string_view place, std::string_view why) const;
  char peek() const { return at_ < page_.size() ? page_[at_] : '\n'; }
  bool at_end() const { return at_ >= page_.size(); }
  void skip_blanks();
  std::string_view name_token(bool colons);
  std::optional<std::string_view> quoted_token();
  Result<Entry> comment_line();
  Result<Entry> metadata_line(Entry entry);
  Result<Entry> sample_line();
  Result<void> labels();
  Result<void> value_and_time();
  Entry skip_comment();

  std::string_view page_;
  std::size_t at_ = 0;
  std::string_view series_;
  std::string_view name_;
  std::vector<RawLabel> labels_;
  double value_ = 0;
  std::optional<std::int64_t> timestamp_;
  std::string_view family_;
  std::string_view text_;
  MetricType type_ = MetricType::Unknown;
};

/// A value as the text format writes it: decimal, or NaN and infinity in any case.
Result<double> parse_sample_value(std::string_view text);

}  // namespace lapwing::collectors::scrape
