#include "collectors/named_metrics.h"

#include <algorithm>
#include <utility>

namespace lapwing::collectors {

NamedMetrics::Lookup NamedMetrics::find(std::string_view key) {
  for (int tries = 0; tries < 2 && !order_.empty(); ++tries) {
    if (next_ >= order_.size()) next_ = 0;
    const auto& [expected, info] = *order_[next_];
    if (expected == key) {
      ++next_;
      return {true, info};
    }
    // The file ended before all that came once, or begins anew.
    if (next_ == 0) break;
    next_ = 0;
  }
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
  const auto known = std::find(order_.begin(), order_.end(), &*found);
  next_ = std::size_t(known - order_.begin()) + 1;
  return {true, found->second};
}

const MetricInfo& NamedMetrics::add(std::string_view key, std::string name, std::string help,
                                    MetricType type, const std::vector<std::string>& label_names) {
  Owned& owned = owned_.emplace_back();
  owned.name = std::move(name);
  owned.help = std::move(help);
  owned.label_names = label_names;
  owned.info = MetricInfo(owned.name, owned.help, type);
  owned.info.label_count = std::min(owned.label_names.size(), kMetricLabelLimit);
  for (std::size_t i = 0; i < owned.info.label_count; ++i)
    owned.info.label_names[i] = owned.label_names[i];
  remember(key, &owned.info);
  return owned.info;
}

void NamedMetrics::leave_out(std::string_view key) { remember(key, nullptr); }

void NamedMetrics::remember(std::string_view key, const MetricInfo* info) {
  const auto [entry, is_new] = by_key_.emplace(std::string(key), info);
  if (!is_new) return;
  order_.push_back(&*entry);
  next_ = order_.size();
}

}  // namespace lapwing::collectors
