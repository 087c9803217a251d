// CaptureMetrics: what passive capture tells of itself, as REFERENCE.md lists it.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/metrics/registry.h"
#include "collectors/latency/packet_ring.h"
#include "collectors/latency/tracker.h"

namespace lapwing::collectors::latency {

/// How things stand, beside what has happened.
struct CaptureState {
  std::size_t connections = 0;
  std::size_t ports = 0;
  std::size_t ring_bytes = 0;
  double sampling_ratio = 1;
};

/// One thread.
class CaptureMetrics {
 public:
  explicit CaptureMetrics(metrics::Registry& registry);

  /// What came since the call before, and the CPU seconds that it took.
  void add(const RingCounts& counts, double cpu_seconds, std::uint64_t unreadable) const;
  /// The tracker's counts, which only grow until restart().
  void show(const TrackerCounts& counts);
  /// The next counts are those of a new tracker.
  void restart() { told_ = {}; }
  void show_state(const CaptureState& state) const;

 private:
  metrics::Counter packets_, dropped_, repeated_, unreadable_, strangers_, refused_, cpu_seconds_;
  metrics::Gauge connections_, ports_, ring_bytes_, ratio_;
  std::vector<metrics::Counter> unclear_;
  TrackerCounts told_;  // what of the tracker's counts the registry has
};

}  // namespace lapwing::collectors::latency
