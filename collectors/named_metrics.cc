#include "collectors/named_metrics.h"

#include <algorithm>
#include <utility>

namespace lapwing::collectors {

NamedMetrics::Lookup NamedMetrics::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return {};
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
  by_key_.emplace(std::string(key), &owned.info);
  return owned.info;
}

void NamedMetrics::leave_out(std::string_view key) { by_key_.emplace(std::string(key), nullptr); }

}  // namespace lapwing::collectors
