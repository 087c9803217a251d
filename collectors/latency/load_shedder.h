// LoadShedder: how many of the connections are looked at, so that capture stays within its budget
// of a processor. Connections are chosen by their hash: those kept at a lower share are among
// those kept at a higher one. Pure.
#pragma once

#include <cstdint>

namespace lapwing::collectors::latency {

class LoadShedder {
 public:
  /// What one second cost, in CPUs, and what part of the packets the kernel had to drop.
  void observe(double cpus, double budget, double dropped_share);
  /// The share of connections to look at: 1, 1/2, 1/4 … 1/1024.
  double ratio() const { return 1.0 / double(1u << level_); }
  /// The same for FilterPlan.
  std::uint32_t threshold() const;

  static constexpr unsigned kLowestLevel = 10;
  /// Seconds that must be calm before more is taken on.
  static constexpr unsigned kCalmSeconds = 10;

 private:
  unsigned level_ = 0;
  unsigned calm_ = 0;
};

}  // namespace lapwing::collectors::latency
