// Sketch: the distribution of the last ten seconds, fine enough for quantiles: buckets of 1 µs up
// to 32 µs, then 16 a doubling, so that a quantile is within 3.2 % or a microsecond. One slot a
// second; the oldest goes as the newest comes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "collectors/latency/histogram.h"

namespace lapwing::collectors::latency {

class Sketch {
 public:
  static constexpr std::size_t kSeconds = 10;

  /// `second`: of a clock that does not go back. What came more than kSeconds before the newest
  /// second is forgotten; a value for a second before that is left out.
  void add(std::int64_t second, Nanoseconds latency);

  /// The values at these quantiles (0 to 1, rising) over the kSeconds up to and with `second`, in
  /// seconds; nothing when no value lies in them. As many as asked for.
  std::optional<std::vector<double>> quantiles(std::int64_t second,
                                               std::span<const double> wanted) const;

 private:
  static constexpr std::size_t kLinear = 32;  // buckets of a microsecond
  static constexpr std::size_t kPerDoubling = 16;
  static constexpr std::size_t kDoublings = 22;  // 32 µs × 2^22 is 134 s
  static constexpr std::size_t kBuckets = kLinear + kPerDoubling * kDoublings;

  struct Slot {
    std::int64_t second = -1;
    std::uint32_t total = 0;
    std::array<std::uint32_t, kBuckets> counts{};
  };

  static std::size_t bucket_of(std::uint64_t microseconds);
  static double middle_of(std::size_t bucket, double part);

  std::vector<Slot> slots_;  // none before the first value: 15 kB
};

}  // namespace lapwing::collectors::latency
