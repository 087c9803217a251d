// Histogram: what is kept of latencies for ever: 22 buckets in steps of 1-2-5, fixed, so that
// series of different services and hosts can be added up.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lapwing::collectors::latency {

using Nanoseconds = std::chrono::nanoseconds;

inline constexpr std::size_t kBucketCount = 22;

/// Upper bounds, each belonging to its bucket: 10 µs, 20 µs, 50 µs, … 50 s, 60 s.
inline constexpr std::array<std::int64_t, kBucketCount> kBucketNanoseconds = [] {
  std::array<std::int64_t, kBucketCount> bounds{};
  std::int64_t decade = 10'000;
  for (std::size_t i = 0; i + 1 < kBucketCount; i += 3) {
    bounds[i] = decade;
    bounds[i + 1] = 2 * decade;
    bounds[i + 2] = 5 * decade;
    decade *= 10;
  }
  bounds[kBucketCount - 1] = 60'000'000'000;
  return bounds;
}();

/// The same in seconds, as the label `le` has them; the last is "+Inf".
inline constexpr std::array<std::string_view, kBucketCount + 1> kBucketLabels = {
    "1e-05", "2e-05", "5e-05", "0.0001", "0.0002", "0.0005", "0.001", "0.002",
    "0.005", "0.01",  "0.02",  "0.05",   "0.1",    "0.2",    "0.5",   "1.0",
    "2.0",   "5.0",   "10.0",  "20.0",   "50.0",   "60.0",   "+Inf"};

struct Histogram {
  /// Not added up: one a bucket, then what is past the last.
  std::array<std::uint64_t, kBucketCount + 1> counts{};
  std::uint64_t sum_nanoseconds = 0;

  /// `latency` ≥ 0.
  void add(Nanoseconds latency);
  std::uint64_t count() const;
  bool operator==(const Histogram&) const = default;
};

}  // namespace lapwing::collectors::latency
