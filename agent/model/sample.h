// Samples and the stale marker.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "agent/base/time.h"

namespace lapwing {

struct Sample {
  Timestamp time;
  double value = 0;
};

/// Samples of one series in time order, as two columns of equal length.
struct Columns {
  std::vector<Timestamp> times;
  std::vector<double> values;

  std::size_t size() const { return times.size(); }
  void clear() {
    times.clear();
    values.clear();
  }
};

/// The NaN that says "this series has ended here"; any other NaN is a value (Prometheus).
inline constexpr std::uint64_t kStaleBits = 0x7ff0000000000002;
inline const double kStaleMarker = std::bit_cast<double>(kStaleBits);

inline bool is_stale(double value) { return std::bit_cast<std::uint64_t>(value) == kStaleBits; }

}  // namespace lapwing
