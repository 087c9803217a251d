// What the frame itself reports: how each collector fares (node_scrape_collector_*), and `up` and
// the scrape_* series of own targets, which a scraper of /metrics adds for itself.
#pragma once

#include <functional>
#include <vector>

#include "agent/model/status.h"
#include "collectors/collector.h"
#include "collectors/own_source.h"

namespace lapwing::collectors {

/// The sources reported on; called while collecting, on the collect thread.
using SourceList = std::function<std::vector<const OwnSource*>()>;

/// node_scrape_collector_duration_seconds and node_scrape_collector_success.
class PerformanceReport final : public Collector {
 public:
  explicit PerformanceReport(SourceList sources) : sources_(std::move(sources)) {}
  Result<void> collect(MetricWriter& out) override;

 private:
  SourceList sources_;
};

/// up and scrape_*: the sources taken together as one target.
class TargetReport final : public Collector {
 public:
  explicit TargetReport(SourceList sources) : sources_(std::move(sources)) {}
  Result<void> collect(MetricWriter& out) override;

 private:
  SourceList sources_;
  std::uint64_t added_before_ = 0;
};

}  // namespace lapwing::collectors
