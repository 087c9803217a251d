#include "agent/promql/grouping.h"

#include <algorithm>

namespace lapwing::promql {

Labels keep_labels(const Labels& labels, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::vector<Label> kept;
  for (const Label label : labels)
    if (std::find(names.begin(), names.end(), label.name) != names.end()) kept.push_back(label);
  return Labels::from(std::move(kept));
}

Labels drop_labels(const Labels& labels, const std::vector<std::string>& names) {
  std::vector<Label> kept;
  for (const Label label : labels)
    if (label.name != kMetricName &&
        std::find(names.begin(), names.end(), label.name) == names.end())
      kept.push_back(label);
  return Labels::from(std::move(kept));
}

}  // namespace lapwing::promql
