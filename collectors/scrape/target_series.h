// TargetSeries: what one target's pages become in the store. A page is read in parts, so that a
// large one holds up nobody, and stored as a whole or not at all. Behaviour is Prometheus 3.5's.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/appender.h"
#include "collectors/scrape/negotiation.h"
#include "collectors/scrape/page_memory.h"
#include "collectors/scrape/page_metadata.h"
#include "collectors/scrape/sample_labels.h"

namespace lapwing::collectors::scrape {

/// What one scrape came to, beside its page; stored as `up` and the scrape_* series.
struct ScrapeReport {
  bool up = false;
  double seconds = 0;
  double body_size_bytes = 0;  ///< -1: more than body_size_limit
};

/// What was left out or refused, since the target is known.
struct TargetCounts {
  std::uint64_t duplicates = 0;     ///< a series again in one page
  std::uint64_t out_of_order = 0;   ///< older than the store takes
  std::uint64_t conflicting = 0;    ///< another value at a time that the series has
  std::uint64_t too_far_ahead = 0;  ///< over 10 minutes ahead of now
  std::uint64_t refused = 0;        ///< by the store's limit of series
  std::uint64_t sample_limit = 0;   ///< pages with more samples than sample_limit
};

/// Used by one thread at a time.
class TargetSeries {
 public:
  struct Options {
    SampleLabels::Options labels{};
    bool honor_timestamps = true;
    bool track_timestamps_staleness = false;
    bool extra_metrics = false;  ///< scrape_timeout_seconds, _sample_limit, _body_size_bytes
    Duration timeout{};
    std::size_t remembered_lines = kPageMemoryLimit;
  };

  /// `source_name`: see Appender::source.
  TargetSeries(Appender& appender, std::string_view source_name, Options options);

  /// Takes a page to be read.
  void begin(std::string page, PageFormat format);
  /// Reads on: about `work` known lines, or an eighth of it new ones. True when the page is
  /// ready for commit(); Invalid when it breaks a rule or passes a limit, which forgets it.
  /// No sample is stored yet.
  Result<bool> read_some(std::size_t work);
  /// The whole page at once.
  Result<void> read(std::string page, PageFormat format);
  /// Stores the page that was read (none after an error or without begin()), stale markers for
  /// series that it lacks, and the report.
  void commit(Timestamp time, const ScrapeReport& report);
  /// Ends every series, the report's too.
  void retire(Timestamp time);

  void set_timeout(Duration timeout) { timeout_ = timeout; }
  const PageMetadata& metadata() const { return metadata_; }
  const TargetCounts& counts() const { return counts_; }
  /// Pages that a label limit failed.
  std::uint64_t label_limit_hits() const { return labels_.limit_hits(); }
  /// Of the newest page: lines in all, those that relabelling left, series not there before.
  std::uint64_t scraped() const { return scraped_; }
  std::uint64_t kept() const { return kept_; }
  std::uint64_t added() const { return added_; }
  std::size_t memory_bytes() const;

 private:
  struct Timed {
    std::uint32_t line;
    double value;
    std::int64_t millis;
    SeriesRef ref = kNoSeries;  // of a series that is not remembered; its line is kNone
  };
  struct Unresolved {
    std::uint32_t line;
    std::uint32_t row;  // in the columns; kNoRow for a timed sample
  };
  struct Report {
    SeriesRef ref = kNoSeries;
    Labels labels;
  };
  using LinesByRef = std::unordered_map<SeriesRef, std::uint32_t>;
  enum class Stage : std::uint8_t { None, Lines, Series, Ready, Broken };
  static constexpr std::size_t kReportSeries = 8;

  void drop_page();
  void forget_samples();
  template <typename Parser>
  Result<void> read_lines(std::size_t& work);
  template <typename Parser>
  Result<void> read_expected_lines(Parser& parser, std::size_t& work);
  void learn(const EntryReader& reader, Entry entry, std::string_view text);
  Result<void> take_sample(const EntryReader& reader);
  void take_unremembered(const Labels& labels, double value, std::optional<std::int64_t> millis);
  Result<void> count_sample();
  bool within_sample_limit();
  void stage(PageMemory::Line& line, bool first, double value, bool known,
             std::optional<std::int64_t> millis);
  void track(PageMemory::Line& line);
  void put(SeriesRef ref, double value);
  Result<void> end_of_page();

  bool memory_full() const { return memory_.size() >= remembered_lines_; }
  void resolve_some(std::size_t& work);
  void resolve_waiting(std::size_t& work);
  bool resolve(PageMemory::Line& line);
  void fill_in_refs();
  SeriesRef ref_of(const Timed& timed) const;
  void add_stale_markers();
  void add_unremembered_markers();
  void add_report(const ScrapeReport& report);
  void append_page(Timestamp time);
  SeriesRef resolve_again(SeriesRef retired, const LinesByRef& lines);
  void append_timed();
  void count(const AppendOutcome& outcome);

  Appender& appender_;
  const SourceRef source_;
  SampleLabels labels_;
  const bool honor_timestamps_;
  const bool track_timestamps_;
  const bool extra_metrics_;
  const std::size_t remembered_lines_;
  Duration timeout_;

  PageMemory memory_;
  PageMetadata metadata_;
  TargetCounts counts_;

  // The page in hand.
  Stage stage_ = Stage::None;
  std::string page_;
  PageFormat format_ = PageFormat::Text;
  std::size_t at_ = 0;
  NumberLabel number_label_ = NumberLabel::None;
  bool over_sample_limit_ = false;
  std::uint64_t scraped_ = 0;
  std::uint64_t kept_ = 0;
  std::uint64_t added_ = 0;
  std::uint64_t added_timed_ = 0;  // of these, with a time of their own
  std::uint64_t appended_ = 0;     // what sample_limit counts
  std::uint32_t tracked_ = 0;
  std::uint32_t tracked_again_ = 0;  // of those that the page before tracked
  std::uint32_t tracked_before_ = 0;

  // Samples without a time of their own, as columns of which `used_` rows count: they keep their
  // length from page to page.
  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  std::size_t used_ = 0;
  std::vector<Timed> timed_;
  std::vector<Unresolved> unresolved_;
  std::size_t resolved_ = 0;  // of these, from the front
  std::size_t refused_now_ = 0;

  // Series that the page in hand and the one before have beyond what is remembered, if they end
  // with a marker; those of the page before are sorted.
  std::vector<SeriesRef> unremembered_;
  std::vector<SeriesRef> unremembered_before_;

  std::array<Report, kReportSeries> report_;
  std::vector<std::pair<std::string, std::string>> scratch_;
};

}  // namespace lapwing::collectors::scrape
