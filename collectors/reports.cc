#include "collectors/reports.h"

#include <cmath>

namespace lapwing::collectors {
namespace {

constexpr MetricInfo kDuration{"node_scrape_collector_duration_seconds",
                               "How long the collector's newest run took.",
                               MetricType::Gauge,
                               {"collector"}};
constexpr MetricInfo kSuccess{"node_scrape_collector_success",
                              "Whether the collector's newest run succeeded.",
                              MetricType::Gauge,
                              {"collector"}};
constexpr MetricInfo kUp{"up", "Whether the target answered.", MetricType::Gauge};
constexpr MetricInfo kScrapeDuration{"scrape_duration_seconds", "How long the scrape took.",
                                     MetricType::Gauge};
constexpr MetricInfo kScraped{"scrape_samples_scraped", "Samples that the target had.",
                              MetricType::Gauge};
constexpr MetricInfo kAfterRelabeling{"scrape_samples_post_metric_relabeling",
                                      "Samples left after relabelling.", MetricType::Gauge};
constexpr MetricInfo kAdded{"scrape_series_added", "Series that were not there before.",
                            MetricType::Gauge};

// Below a microsecond a duration is noise, which the store would keep bit for bit.
double to_microseconds(double seconds) { return std::round(seconds * 1e6) / 1e6; }

}  // namespace

Result<void> PerformanceReport::collect(MetricWriter& out) {
  for (const OwnSource* source : sources_()) {
    if (!source->collected()) continue;
    const CollectorStatus& status = source->status();
    out.sample(kDuration, {status.name}, to_microseconds(status.last_duration_seconds));
    out.sample(kSuccess, {status.name}, source->succeeded() ? 1 : 0);
  }
  return {};
}

Result<void> TargetReport::collect(MetricWriter& out) {
  double seconds = 0;
  std::uint64_t series = 0;
  std::uint64_t added = 0;
  for (const OwnSource* source : sources_()) {
    seconds += source->status().last_duration_seconds;
    series += source->status().series;
    added += source->series_added();
  }
  out.sample(kUp, 1);
  out.sample(kScrapeDuration, to_microseconds(seconds));
  out.sample(kScraped, double(series));
  out.sample(kAfterRelabeling, double(series));
  // A source that was taken out takes its count along.
  out.sample(kAdded, added > added_before_ ? double(added - added_before_) : 0);
  added_before_ = added;
  return {};
}

}  // namespace lapwing::collectors
