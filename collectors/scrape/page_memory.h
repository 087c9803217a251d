// PageMemory: the lines of one target's pages: each by the bytes that name it, with what it came
// to, and the order in which the page before had them. A page seen before costs a comparison a
// line; a changed order or a new line costs that line alone.
// Leaves out: what a line means. Only series and metadata lines are kept.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/labels.h"
#include "agent/model/series.h"
#include "collectors/scrape/entry_reader.h"

namespace lapwing::collectors::scrape {

/// Used by one thread at a time.
class PageMemory {
 public:
  enum class Kind : std::uint8_t { Series, Dropped, Metadata };
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kValueText = 16;

  struct Line {
    std::uint32_t text_begin = 0;
    std::uint32_t text_size = 0;
    std::uint32_t hash = 0;
    std::uint32_t position = 0;       ///< in the order of the newest page that had it
    std::uint32_t seen_round = 0;     ///< the newest page that had it
    std::uint32_t tracked_round = 0;  ///< the newest page that makes it end with a marker
    SeriesRef ref = kNoSeries;        ///< of a series
    std::uint32_t family = 0;         ///< of metadata: its place in the list of families
    Kind kind = Kind::Series;
    NumberLabel number_label = NumberLabel::None;  ///< in force behind a TYPE line
    bool turns_number_label = false;               ///< a TYPE line
    SeriesKind series_kind = SeriesKind::Unknown;
    std::uint8_t value_size = 0;                ///< of value_text; 0: not kept
    std::array<char, kValueText> value_text{};  ///< of the newest sample, with its line feed
    double value = 0;
    Labels labels;
  };

  enum class Format : std::uint8_t { Same, Other };

  /// Begins another page. In another format than the page before's no line is expected, since
  /// the same bytes may be sound in one of them alone; they name the same series all the same.
  void begin_page(Format format = Format::Same) {
    ++round_;
    next_order_.clear();
    in_step_ = format == Format::Same;
    follows_ = in_step_;
    expected_ = 0;
  }
  std::uint32_t round() const { return round_; }
  /// Of the newest page that ended soundly; 0 before any.
  std::uint32_t sound_round() const { return order_round_; }

  /// The line that follows in the page before; nullptr at its end. It has not been placed in this
  /// page unless its seen_round says so.
  Line* expected() {
    return follows_ && expected_ < order_.size() ? &lines_[order_[expected_]] : nullptr;
  }
  /// How many lines may follow at most in the page before.
  std::size_t expected_count() const { return order_.size() - std::min(expected_, order_.size()); }
  std::uint32_t number_of(const Line& line) const { return std::uint32_t(&line - lines_.data()); }
  /// Puts the expected line into the order of the page in hand, as place() does.
  bool place_expected(Line& line) {
    if (line.seen_round == round_) return place(number_of(line));
    line.seen_round = round_;
    if (!in_step_) append(line, number_of(line));
    ++expected_;
    return true;
  }
  /// The line with that text, or kNone.
  std::uint32_t find(std::string_view text) const;
  /// A new line; the text is copied. Pointers to lines are void afterwards.
  std::uint32_t add(std::string_view text, Kind kind);
  /// Puts a line into the order of the page in hand, once a page; false when it is there already.
  bool place(std::uint32_t number);
  /// Ends the page: its order is what the next one is expected to have. A broken page's is not.
  void end_page(bool sound);

  Line& line(std::uint32_t number) { return lines_[number]; }
  const Line& line(std::uint32_t number) const { return lines_[number]; }
  std::string_view text(const Line& line) const {
    return {texts_.data() + line.text_begin, line.text_size};
  }
  /// Lines of the page before: of the sound one, or of the broken one until there.
  const std::vector<std::uint32_t>& page_before() const {
    return before_was_sound_ ? order_ : broken_order_;
  }
  std::size_t size() const { return lines_.size(); }
  std::size_t live() const { return order_.size(); }
  /// Forgets lines that the newest sound page lacks once they are too many, or once there are
  /// `limit` lines in all; how many went. Not between begin_page() and end_page(). Numbers change.
  std::size_t forget_vanished(std::size_t limit = SIZE_MAX);
  void clear();
  std::size_t bytes() const;

 private:
  static std::uint32_t hash_of(std::string_view text);
  void append(Line& line, std::uint32_t number) {
    line.position = std::uint32_t(next_order_.size());
    next_order_.push_back(number);
  }
  void fall_out_of_step();
  void insert_slot(std::uint32_t number);
  void rehash(std::size_t slots);

  std::vector<Line> lines_;
  std::string texts_;
  std::vector<std::uint32_t> slots_;  // open addressing: number + 1, 0 is free
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> broken_order_;
  std::vector<std::uint32_t> next_order_;  // of the page in hand, once it is out of step
  bool follows_ = true;
  bool in_step_ = true;       // so far the page in hand has the order of the page before
  std::size_t expected_ = 0;  // index in order_
  std::uint32_t round_ = 0;
  std::uint32_t order_round_ = 0;  // the page whose order `order_` is
  bool before_was_sound_ = true;
};

}  // namespace lapwing::collectors::scrape
