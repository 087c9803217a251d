// What the configuration says of passive capture: the section `latency`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/config/mapping.h"
#include "collectors/latency/protocol/cursor.h"

namespace lapwing::collectors::latency {

struct LatencyOptions {
  bool enabled = true;
  double cpu_budget = 0.02;            ///< in CPUs; beyond it connections are sampled
  std::vector<std::uint16_t> ports{};  ///< only these; none named: all that are found
  /// Those that are read message by message; the others have turns only.
  std::vector<Protocol> protocols = {Protocol::Http1, Protocol::Redis, Protocol::Postgres,
                                     Protocol::MySql, Protocol::Memcached};
  std::size_t ring_bytes = 16u << 20;  ///< at most, of all rings together
  std::size_t connection_limit = 16'384;
  bool operator==(const LatencyOptions&) const = default;
};

/// Reads `latency` from the root of the configuration.
LatencyOptions read_latency_options(config::Mapping& root);

}  // namespace lapwing::collectors::latency
