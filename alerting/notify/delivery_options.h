// How notifications reach their receivers: what happens to those that do not, and how many a
// receiver gets. Our own section `notifications`, so that an alertmanager.yml stays one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "agent/config/mapping.h"

namespace lapwing::alerting {

struct RateLimit {
  std::string receiver;
  std::uint32_t notifications = 0;  ///< in `per`; as many may come at once
  Duration per = 1min;
};

struct DeliveryOptions {
  std::string fallback_receiver;   ///< empty: none
  Duration fallback_after = 5min;  ///< of failing; what is refused for good goes there at once
  Duration give_up_after = 24h;    ///< of failing: then it is a dead letter
  /// What waits for an integration that failed for longer goes as one, from digest_size on.
  Duration digest_after = 10min;
  std::uint32_t digest_size = 3;
  std::vector<RateLimit> rate_limits;
  bool allow_commands = false;  ///< command receivers may run programs
};

/// Reads the map below `notifications`. `receivers`: the names that may stand in it.
DeliveryOptions read_delivery_options(config::Mapping& map,
                                      const std::vector<std::string>& receivers);

}  // namespace lapwing::alerting
