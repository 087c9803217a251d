// The text exposition formats 0.0.4 and 1.0.0 as Prometheus 3.5 reads them, which is wider in
// places than their description (quoted names, blanks almost anywhere, a missing comma between
// labels) and stricter in others (no hexadecimal or 1_000 values, no CR at a line's end, no
// unknown type).
// Leaves out: what a sample's labels become (target labels, limits) is the target's matter.
#pragma once

#include "collectors/scrape/entry_reader.h"

namespace lapwing::collectors::scrape {

class TextParser : public EntryReader {
 public:
  using EntryReader::EntryReader;

  /// The next entry; Invalid with the line's number when the page breaks the format there. After
  /// End or an error it is not called again.
  Result<Entry> next();
  /// The rest of a sample line whose name and labels, the bytes from `from` up to `to`, are known
  /// to be sound. Nothing of read_labels() is set.
  Result<Entry> next_after_series(std::size_t from, std::size_t to);

 private:
  void skip_blanks() {
    while (!at_end() && (page_[at_] == ' ' || page_[at_] == '\t')) ++at_;
  }
  Result<Entry> comment_line();
  Result<Entry> metadata_line(Entry entry);
  Entry skip_comment(bool zero_ends_page);
  Result<Entry> sample_line();
  Result<void> read_braces();
  Result<void> read_label(std::size_t from, std::string_view name);
  Result<Entry> value_and_time();
};

}  // namespace lapwing::collectors::scrape
