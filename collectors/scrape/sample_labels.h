// SampleLabels: from the labels on a page to those in the store: target labels, conflicts,
// relabelling, limits. Source of truth: Prometheus 3.5. Asked once a series, not once a sample.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "collectors/scrape/job.h"
#include "collectors/scrape/relabel.h"

namespace lapwing::collectors::scrape {

class SampleLabels {
 public:
  struct Options {
    Labels target_labels{};
    Limits limits{};
    bool honor_labels = false;
    NameValidation name_validation = NameValidation::Utf8;
    std::vector<RelabelRule> relabel_rules{};  ///< metric_relabel_configs
  };

  explicit SampleLabels(Options options) : options_(std::move(options)) {}

  /// The labels in the store; none when relabelling drops the series. Invalid when the page must
  /// fail: a label limit, a bad name, one that stands twice. `labels`: as on the page, metric name
  /// first; used up.
  Result<std::optional<Labels>> make(std::vector<std::pair<std::string, std::string>>& labels);

  const Options& options() const { return options_; }
  /// Series for which a label limit failed a page.
  std::uint64_t limit_hits() const { return limit_hits_; }

 private:
  void add_target_labels(std::vector<std::pair<std::string, std::string>>& labels) const;
  Result<void> check_names(const Labels& labels) const;
  Result<void> check_limits(const Labels& labels);

  const Options options_;
  std::uint64_t limit_hits_ = 0;
};

}  // namespace lapwing::collectors::scrape
