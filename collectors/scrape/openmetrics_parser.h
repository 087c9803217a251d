// OpenMetrics 1.0 as Prometheus 3.5 reads it: one blank between parts and nowhere else, every line
// ends in a line feed, the page in "# EOF"; no other comment, no empty line. Times are seconds.
// Exemplars are checked and dropped; `_created` samples are samples like others.
#pragma once

#include "collectors/scrape/entry_reader.h"

namespace lapwing::collectors::scrape {

class OpenMetricsParser : public EntryReader {
 public:
  using EntryReader::EntryReader;

  /// The next entry; Invalid with the line's number when the page breaks the format there. After
  /// End or an error it is not called again.
  Result<Entry> next();
  /// The rest of a sample line whose name and labels, the bytes from `from` up to `to`, are known
  /// to be sound. Nothing of read_labels() is set.
  Result<Entry> next_after_series(std::size_t from, std::size_t to);

 private:
  enum class Braces : std::uint8_t { Series, Exemplar };

  Result<Entry> comment_line();
  Result<Entry> metadata_line(Entry entry, std::size_t from);
  Result<Entry> sample_line();
  Result<void> read_braces(Braces braces);
  Result<void> read_label(Braces braces, std::string_view name);
  Result<Entry> value_and_time();
  Result<void> exemplar();
  std::string_view blank_and_word();
  bool take_time(std::string_view word);
  /// Whether a blank behind the value leads to nothing that could stand there.
  bool ends_in_nothing() const;

  // Prometheus counts the sample before it finds that nothing follows a blank.
  static constexpr std::size_t kNoError = std::size_t(-1);
  std::size_t late_error_at_ = kNoError;
};

}  // namespace lapwing::collectors::scrape
