#include "alerting/published.h"

namespace lapwing::alerting {

std::size_t PublishedSeries::publish(Appender& appender, SourceRef source, Timestamp time,
                                     const std::vector<PublishedSample>& samples) {
  if (samples.empty() && known_.empty()) return 0;
  ++round_;
  refs_.clear();
  values_.clear();
  std::size_t refused = 0;
  std::vector<const Labels*> labels;  // Of each ref, for those that the store has retired.
  for (const PublishedSample& sample : samples) {
    Known& known = known_[sample.labels];
    if (known.ref == kNoSeries) {
      const auto ref = appender.resolve(sample.labels, SeriesKind::Gauge);
      if (!ref) {
        known_.erase(sample.labels);
        ++refused;
        continue;
      }
      known.ref = *ref;
    }
    known.round = round_;
    refs_.push_back(known.ref);
    values_.push_back(sample.value);
    labels.push_back(&sample.labels);
  }
  const std::size_t live = refs_.size();
  for (auto at = known_.begin(); at != known_.end();) {
    if (at->second.round == round_) {
      ++at;
      continue;
    }
    if (at->second.ref == kNoSeries)
      if (const auto ref = appender.resolve(at->first, SeriesKind::Gauge); ref)
        at->second.ref = *ref;
    if (at->second.ref != kNoSeries) {
      refs_.push_back(at->second.ref);
      values_.push_back(kStaleMarker);
    }
    at = known_.erase(at);
  }
  if (refs_.empty()) return refused;
  auto outcome =
      appender.append({.source = source, .time = time, .refs = refs_, .values = values_});
  refused += outcome.out_of_order + outcome.conflicting + outcome.too_far_ahead;
  for (const std::uint32_t index : outcome.retired) {
    if (index >= live) continue;  // A series that is gone needs no end.
    const auto ref = appender.resolve(*labels[index], SeriesKind::Gauge);
    if (!ref) {
      known_.erase(*labels[index]);
      ++refused;
      continue;
    }
    known_[*labels[index]].ref = *ref;
    appender.append(
        {.source = kNoSource, .time = time, .refs = {&*ref, 1}, .values = {&values_[index], 1}});
  }
  return refused;
}

void PublishedSeries::end(Appender& appender, SourceRef source, Timestamp time) {
  publish(appender, source, time, {});
}

}  // namespace lapwing::alerting
