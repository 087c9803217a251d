// Which services have series of their own: the first N by use, slowly, so that two of equal use do
// not take turns. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "agent/base/time.h"
#include "collectors/services/service_map.h"

namespace lapwing::collectors::services {

struct Rank {
  ServiceId service{};
  double use = 0;  ///< share of the host, smoothed: CPU, memory and disk together
  bool own_series = false;
  bool present = true;                 ///< has processes, or had some in the last 10 minutes
  Timestamp since = kBeginningOfTime;  ///< when it was given its series, or lost them
};

struct RankChange {
  ServiceId service{};
  bool own_series = false;
  bool operator==(const RankChange&) const = default;
};

/// What to change so that the first `limit` have series. A service without takes the place of one
/// with series when it uses half as much again, and that one has had them for a minute; three a
/// call at most. Free places go to the largest of the others.
std::vector<RankChange> rerank(const std::vector<Rank>& services, std::size_t limit, Timestamp now);

}  // namespace lapwing::collectors::services
