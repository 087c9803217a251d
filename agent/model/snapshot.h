// SourceSnapshot: the newest batch of one of our own collectors, as /metrics shows it.
// The layout (names, labels, order) is shared between ticks and made anew only when the set of
// series changes, so that a steady second costs a column of doubles.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/series.h"

namespace lapwing {

struct SnapshotFamily {
  std::string name;
  std::string help;
  MetricType type = MetricType::Gauge;
  std::uint32_t first = 0;  ///< index of its first series
  std::uint32_t count = 0;  ///< its series stand together
};

struct SnapshotLayout {
  std::vector<SnapshotFamily> families;
  /// A text a series, `name{a="b"}` escaped for the text formats, intrinsic labels only.
  std::vector<std::string> series;
};

struct SourceSnapshot {
  std::string source;  ///< the collector's name, "cpu"
  Timestamp time;
  Duration interval{};
  std::shared_ptr<const SnapshotLayout> layout;
  std::vector<double> values;  ///< one a series of the layout
};

using SnapshotSink = std::function<void(std::shared_ptr<const SourceSnapshot>)>;

}  // namespace lapwing
