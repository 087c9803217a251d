// SampleTable: a small store in memory, for rules that run on invented time. It keeps everything
// it is given; the samples of a test are few.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/model/appender.h"
#include "agent/model/series_source.h"

namespace lapwing::alerting {

/// One thread.
class SampleTable final : public Appender, public SeriesSource {
 public:
  /// A series with all its samples, in rising time; they come to light with reveal().
  void add(const Labels& labels, Columns samples);
  /// What was add()ed up to this time can be read from now on.
  void reveal(Timestamp time);

  // Appender
  SourceRef source(std::string_view name) override;
  Result<SeriesRef> resolve(const Labels& labels, SeriesKind kind) override;
  /// Samples of a series must come in rising time; one at the newest time takes its place.
  AppendOutcome append(const Batch& batch) override;

  // SeriesSource
  Result<std::unique_ptr<SeriesSet>> select(std::span<const Matcher> matchers,
                                            TimeRange range) const override;
  Result<std::vector<std::string>> label_names(std::span<const Matcher> matchers,
                                               TimeRange range) const override;
  Result<std::vector<std::string>> label_values(std::string_view label,
                                                std::span<const Matcher> matchers,
                                                TimeRange range) const override;

 private:
  struct Series {
    Labels labels;
    Columns samples;
    Columns hidden;  ///< not revealed yet
    std::size_t next_hidden = 0;
  };
  class Found;
  std::size_t place(const Labels& labels);
  static void put(Columns& samples, Timestamp time, double value);
  std::vector<const Series*> matching(std::span<const Matcher> matchers, TimeRange range) const;

  std::vector<std::unique_ptr<Series>> series_;
  std::unordered_map<Labels, std::size_t> places_;
};

}  // namespace lapwing::alerting
