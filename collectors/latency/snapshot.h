// Snapshot: what passive capture has measured up to now, as the collector shows it. Immutable.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/latency/histogram.h"
#include "collectors/latency/operations.h"
#include "collectors/latency/protocol/cursor.h"

namespace lapwing::collectors::latency {

inline constexpr std::array<double, 4> kQuantiles = {0.5, 0.9, 0.99, 0.999};

struct EndpointSnapshot {
  std::string service;  ///< of this host; empty for a backend elsewhere
  std::string port;     ///< empty: several, counted together
  std::string remote;   ///< "10.0.0.5:5432"; empty for a service of this host
  Protocol protocol = Protocol::Unknown;
  Histogram histogram;
  std::optional<std::array<double, 4>> quantiles;  ///< seconds; nothing when nobody called lately
  std::vector<Operation> operations;               ///< those that were asked for
};

struct Snapshot {
  bool capturing = false;
  std::string reason;                       ///< why not
  std::vector<EndpointSnapshot> endpoints;  ///< those with turns; an order that stays
};

class Tracker;
/// `second`: the newest that counts as lately.
Snapshot make_snapshot(const Tracker& tracker, std::int64_t second);

}  // namespace lapwing::collectors::latency
