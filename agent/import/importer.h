// Importer: OpenMetrics text with times, piece by piece, into an Appender. Knows a series again by
// the bytes that name it, and expects that it is followed by what followed it before: that is so
// in a file that goes by time, and in one that goes by series. Left out: exemplars, native
// histograms, and files: those are input.h's.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/base/result.h"
#include "agent/import/batches.h"
#include "agent/model/series.h"

namespace lapwing::import {

struct ImportCounts {
  std::uint64_t lines = 0;
  std::uint64_t samples = 0;    ///< read; what became of them: Importer::fates()
  std::uint64_t exemplars = 0;  ///< left out
  std::uint64_t refused = 0;    ///< samples of series that the store did not take
  std::string first_refusal;    ///< why
  Timestamp oldest = kNever;    ///< of the samples read
  Timestamp newest = kBeginningOfTime;
  bool ended = false;  ///< "# EOF" was the last line
};

/// One thread. `Appender` must outlive it.
class Importer {
 public:
  explicit Importer(Appender& appender) : appender_(appender), batches_(appender) {}

  /// Reads whole lines and keeps the rest for the next call. Invalid with the line's number: what
  /// stands before that line has been taken, and nothing more may be fed.
  Result<void> feed(std::string_view text);
  /// The text has ended. Invalid when it ends within a line.
  Result<void> finish();

  const ImportCounts& counts() const { return counts_; }
  const Fates& fates() const { return batches_.fates(); }
  std::size_t series() const { return series_.size(); }

 private:
  struct Series {
    const char* identity;  // with the blanks behind; see texts_
    std::uint32_t identity_size;
    SeriesRef ref;              // kNoSeries: the store refused it
    std::uint32_t follower;     // place in series_ of what came behind it last
    std::uint8_t written_size;  // 0: `written` means nothing
    char written[23];           // the newest value as text, with the blank behind
    double value;
  };
  /// One line under work, up to its line break.
  struct Line {
    const char* at;
    const char* end;
  };

  Result<void> within_limit();
  Result<void> read_lines(std::string_view lines);
  Result<void> read_sample(Line& line);
  Result<void> read_end(Line& line);
  void read_comment(std::string_view comment);
  Result<std::uint32_t> find(const Line& line);
  Result<std::uint32_t> add(std::string_view identity);
  SeriesKind kind_of(std::string_view metric) const;
  std::string_view keep(std::string_view text);
  void forget_series();
  Error at_line(Error error) const;

  Appender& appender_;
  Batches batches_;
  ImportCounts counts_;
  std::string rest_;  // the beginning of a line
  std::vector<Series> series_;
  std::unordered_map<std::string_view, std::uint32_t> by_identity_;
  std::deque<std::string> texts_;                      // blocks whose bytes stay in place
  std::unordered_map<std::string, SeriesKind> kinds_;  // by family
  std::uint32_t newest_ = 0;                           // place in series_ of the newest sample's
  char time_text_[24] = {};  // the newest time as text, with the line break
  std::size_t time_text_size_ = 0;
  Timestamp time_;
};

}  // namespace lapwing::import
