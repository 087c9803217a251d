#include "collectors/latency/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lapwing::collectors::latency {

std::size_t Sketch::bucket_of(std::uint64_t microseconds) {
  if (microseconds < kLinear) return std::size_t(microseconds);
  const std::size_t doubling = std::size_t(std::bit_width(microseconds)) - 6;  // 32…63 is 0
  const std::size_t within = std::size_t(microseconds >> (doubling + 1)) - kPerDoubling;
  return std::min(kLinear + doubling * kPerDoubling + within, kBuckets - 1);
}

/// In seconds; `part`: how far into the bucket, 0 to 1.
double Sketch::middle_of(std::size_t bucket, double part) {
  if (bucket < kLinear) return (double(bucket) + part) * 1e-6;
  const std::size_t doubling = (bucket - kLinear) / kPerDoubling;
  const double width = std::ldexp(2.0, int(doubling));
  const double first = double(kPerDoubling + (bucket - kLinear) % kPerDoubling) * width;
  return (first + part * width) * 1e-6;
}

void Sketch::add(std::int64_t second, Nanoseconds latency) {
  if (slots_.empty()) slots_.resize(kSeconds);
  Slot& slot = slots_[std::size_t(second) % kSeconds];
  if (slot.second > second) return;
  if (slot.second != second) {
    slot = Slot{};
    slot.second = second;
  }
  ++slot.total;
  ++slot.counts[bucket_of(std::uint64_t(latency.count()) / 1000)];
}

std::optional<std::vector<double>> Sketch::quantiles(std::int64_t second,
                                                     std::span<const double> wanted) const {
  std::array<std::uint64_t, kBuckets> counts{};
  std::uint64_t total = 0;
  for (const Slot& slot : slots_) {
    if (slot.second < 0 || slot.second > second || second - slot.second >= std::int64_t(kSeconds))
      continue;
    total += slot.total;
    for (std::size_t i = 0; i < kBuckets; ++i) counts[i] += slot.counts[i];
  }
  if (total == 0) return std::nullopt;
  std::vector<double> values;
  std::size_t bucket = 0;
  std::uint64_t before = 0;
  for (const double quantile : wanted) {
    // The value that this many others are below, as percentiles of sorted lists are read.
    const double rank = quantile * double(total - 1);
    while (double(before + counts[bucket]) <= rank) before += counts[bucket++];
    const double part = (rank - double(before) + 0.5) / double(counts[bucket]);
    values.push_back(middle_of(bucket, std::clamp(part, 0.0, 1.0)));
  }
  return values;
}

}  // namespace lapwing::collectors::latency
