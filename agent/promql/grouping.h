// Which labels of a series name its group: by/without of aggregations, on/ignoring of matching.
#pragma once

#include <string>
#include <vector>

#include "agent/model/labels.h"

namespace lapwing::promql {

/// Only the labels named.
Labels keep_labels(const Labels& labels, const std::vector<std::string>& names);
/// All but the labels named and the metric name.
Labels drop_labels(const Labels& labels, const std::vector<std::string>& names);

/// What names a series' group under `by (names)` or `without (names)`.
inline Labels group_key(const Labels& labels, const std::vector<std::string>& names, bool without) {
  return without ? drop_labels(labels, names) : keep_labels(labels, names);
}

}  // namespace lapwing::promql
