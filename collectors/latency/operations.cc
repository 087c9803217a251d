#include "collectors/latency/operations.h"

#include <functional>

namespace lapwing::collectors::latency {

std::uint16_t Operations::find_or_add(std::string_view method, std::string_view route) {
  if (index_.empty()) index_.resize(kBuckets, 0);
  const std::hash<std::string_view> hash;
  std::size_t at = (hash(method) ^ (hash(route) * 31)) % kBuckets;
  for (; index_[at] != 0; at = (at + 1) % kBuckets) {
    const Operation& known = all_[index_[at]];
    if (known.method == method && known.route == route) return index_[at];
  }
  if (all_.size() > kLimit) return 0;
  all_.push_back({.method = std::string(method), .route = std::string(route)});
  index_[at] = std::uint16_t(all_.size() - 1);
  return index_[at];
}

}  // namespace lapwing::collectors::latency
