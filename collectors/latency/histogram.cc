#include "collectors/latency/histogram.h"

#include <algorithm>
#include <numeric>

namespace lapwing::collectors::latency {

void Histogram::add(Nanoseconds latency) {
  const auto bucket =
      std::lower_bound(kBucketNanoseconds.begin(), kBucketNanoseconds.end(), latency.count());
  ++counts[std::size_t(bucket - kBucketNanoseconds.begin())];
  sum_nanoseconds += std::uint64_t(latency.count());
}

std::uint64_t Histogram::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

}  // namespace lapwing::collectors::latency
