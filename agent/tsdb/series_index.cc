#include "agent/tsdb/series_index.h"

#include <algorithm>

namespace lapwing::tsdb {

bool SeriesIndex::add(const Labels& labels, std::uint32_t number) {
  if (!by_labels_.try_emplace(labels, number).second) return false;
  by_metric_[std::string(labels.metric_name())].push_back({labels, number});
  return true;
}

void SeriesIndex::remove(const Labels& labels) {
  const auto found = by_labels_.find(labels);
  if (found == by_labels_.end()) return;
  const auto metric = by_metric_.find(labels.metric_name());
  std::erase_if(metric->second, [&](const Entry& entry) { return entry.number == found->second; });
  if (metric->second.empty()) by_metric_.erase(metric);
  by_labels_.erase(found);
}

const std::pair<const Labels, std::uint32_t>* SeriesIndex::find(const Labels& labels) const {
  const auto found = by_labels_.find(labels);
  return found == by_labels_.end() ? nullptr : &*found;
}

void SeriesIndex::match(std::span<const Matcher> matchers, const Visit& visit) const {
  const auto offer = [&](const std::vector<Entry>& entries) {
    for (const Entry& entry : entries)
      if (std::all_of(matchers.begin(), matchers.end(),
                      [&](const Matcher& matcher) { return matcher.matches(entry.labels); }))
        visit(entry.number, entry.labels);
  };
  for (const Matcher& matcher : matchers) {
    if (matcher.kind() != MatchKind::Equal || matcher.label() != kMetricName) continue;
    const auto found = by_metric_.find(matcher.value());
    if (found != by_metric_.end()) offer(found->second);
    return;
  }
  for (const auto& [metric, entries] : by_metric_) {
    // One look at the name spares looking at each of its series.
    const bool name_fits =
        std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& matcher) {
          return matcher.label() != kMetricName || matcher.matches(std::string_view(metric));
        });
    if (name_fits) offer(entries);
  }
}

}  // namespace lapwing::tsdb
