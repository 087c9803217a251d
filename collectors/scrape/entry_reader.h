// EntryReader: what the parsers of the exposition formats share: where they stand in the page and
// what they found last. One parser a format; the formats differ in blanks, comments and the end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/series.h"

namespace lapwing::collectors::scrape {

enum class Entry : std::uint8_t { Sample, Type, Help, Unit, Comment, End };

/// Whether the numbers in `le` or `quantile` of the samples that follow are written anew ("1" is
/// "1.0"): the newest TYPE line decides, whatever family it names, as Prometheus has it.
enum class NumberLabel : std::uint8_t { None, Bucket, Quantile };

/// Reads one page from left to right. Views live as long as the page.
class EntryReader {
 public:
  explicit EntryReader(std::string_view page) : page_(page) {}

  std::size_t position() const { return at_; }
  /// Goes on at the beginning of another line, where the reader would have come by itself.
  void move_to(std::size_t position) { at_ = position; }
  NumberLabel number_label() const { return number_label_; }
  void set_number_label(NumberLabel label) { number_label_ = label; }

  // Of the newest Sample:
  /// The bytes that name the series: the same bytes mean the same series (of one number label).
  std::string_view series() const { return series_; }
  double value() const { return value_; }
  std::optional<std::int64_t> timestamp_millis() const { return timestamp_; }
  /// Puts name and labels, unescaped, into `labels` after clearing it; in the page's order.
  /// Numbers in `le` and `quantile` are in OpenMetrics's form where number_label() asks for it.
  void read_labels(std::vector<std::pair<std::string, std::string>>& labels) const;

  // Of the newest Type, Help or Unit:
  std::string_view family() const { return family_; }
  MetricType type() const { return type_; }
  /// The help or the unit, unescaped.
  std::string text() const;

 protected:
  enum class Format : std::uint8_t { Text, OpenMetrics };
  struct RawLabel {
    std::string_view name;
    std::string_view value;
  };

  /// Invalid, with the line's number and the beginning of what stands at `place`.
  Error error_at(std::size_t place, std::string_view why) const;
  bool at_end() const { return at_ >= page_.size(); }
  /// The next byte; a line feed at the page's end.
  char peek() const { return at_ < page_.size() ? page_[at_] : '\n'; }
  std::string_view token_from(std::size_t from) const { return page_.substr(from, at_ - from); }
  /// Moves over a name's bytes; empty when there is none.
  std::string_view name_token(bool colons);
  /// Moves over "…" with backslashes in it; the inside. Nothing when it is not closed.
  std::optional<std::string_view> quoted_token(bool line_feeds);
  /// False for an unknown word.
  bool take_type(std::string_view word, Format format);
  bool take_value(std::string_view token);
  void begin_series();

  std::string_view page_;
  std::size_t at_ = 0;
  std::string_view series_;
  std::string_view name_;
  std::vector<RawLabel> labels_;
  double value_ = 0;
  std::optional<std::int64_t> timestamp_;
  std::string_view family_;
  std::string_view text_;
  bool text_has_quotes_ = false;  // \" in text_ is an escape
  bool ascii_ = true;             // of the newest quoted_token
  MetricType type_ = MetricType::Unknown;
  NumberLabel number_label_ = NumberLabel::None;
};

}  // namespace lapwing::collectors::scrape
