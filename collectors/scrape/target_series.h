// TargetSeries: what one target's pages become in the store. Remembers each series by the bytes
// that name it, so that a page seen before costs a comparison a line and no labels.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "agent/model/appender.h"
#include "agent/model/status.h"
#include "collectors/scrape/job.h"
#include "collectors/scrape/text_parser.h"

namespace lapwing::collectors::scrape {

/// What one page came to; the counts are those of scrape_samples_* and scrape_series_added.
struct PageOutcome {
  std::uint64_t scraped = 0;
  std::uint64_t added = 0;  ///< series that were not there at the scrape before
};

/// Figures of one scrape, stored as `up` and the scrape_* series.
struct ScrapeReport {
  bool up = false;
  double seconds = 0;
  PageOutcome page;
};

/// Used by one thread at a time.
class TargetSeries {
 public:
  struct Options {
    Labels target_labels;
    Limits limits;
    bool honor_labels = false;
    bool honor_timestamps = true;
    bool track_timestamps_staleness = false;
  };

  /// `source_name`: see Appender::source.
  TargetSeries(Appender& appender, std::string_view source_name, Options options);

  /// Reads a page; nothing is stored yet. When the page breaks a rule or passes a limit, the
  /// error says which, `outcome` has the counts until there, and the page is forgotten.
  Result<void> read(std::string_view page, PageOutcome& outcome);
  /// Stores the page that was read (or none, after an error or without a call to read), stale
  /// markers for series that it lacks, and the report: one batch at `time`.
  void commit(Timestamp time, const ScrapeReport& report);
  /// Ends every series, the report's too.
  void retire(Timestamp time);

  using Metadata = std::map<std::string, MetricMetadata, std::less<>>;
  const Metadata& metadata() const { return metadata_; }
  /// Grows with every change of metadata().
  std::uint64_t metadata_version() const { return metadata_version_; }
  std::size_t live_series() const { return live_; }
  std::uint64_t refused() const { return refused_; }  ///< samples, by the store's limit
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  struct Series {
    SeriesRef ref = kNoSeries;
    std::uint32_t round = 0;  // of the newest sample
    bool tracked = false;     // gets a stale marker when it vanishes
    Labels fresh_labels;      // until it has a ref
    SeriesKind kind = SeriesKind::Unknown;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using ByText = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;
  struct Staged {
    std::uint32_t series;
    double value;
    bool has_time;
    Timestamp time;
  };

  Result<void> read_entries(TextParser& parser, PageOutcome& outcome);
  Result<std::uint32_t> series_of(const TextParser& parser);
  Result<Labels> labels_of(const TextParser& parser);
  void mix_in_target_labels();
  Result<void> check_limits(const Labels& labels) const;
  SeriesKind kind_of(std::string_view metric_name) const;
  void learn(const TextParser& parser, TextParser::Entry entry);
  void stage_into_columns(Timestamp time);
  void add_report(Timestamp time, const ScrapeReport& report);
  void append(Timestamp time);
  bool resolve(Series& series);
  void forget_vanished();

  Appender& appender_;
  const SourceRef source_;
  const Options options_;

  ByText by_text_;
  std::vector<const ByText::value_type*> order_;       // texts of the page before, in its order
  std::vector<const ByText::value_type*> next_order_;  // of the page being read
  std::vector<Series> series_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_labels_;  // hash → series_
  std::vector<Labels> labels_;                                               // one a series
  std::vector<Staged> staged_;
  std::uint32_t round_ = 1;
  std::size_t live_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t duplicates_ = 0;

  std::vector<SeriesRef> refs_;
  std::vector<double> values_;
  std::vector<Timestamp> times_;
  std::vector<std::uint32_t> places_;  // in series_, or kReportPlace
  bool mixed_times_ = false;
  std::vector<Series> report_;
  std::vector<std::pair<std::string, std::string>> scratch_;
  Metadata metadata_;
  std::uint64_t metadata_version_ = 0;
};

}  // namespace lapwing::collectors::scrape
