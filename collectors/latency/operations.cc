#include "collectors/latency/operations.h"

#include <cstring>

namespace lapwing::collectors::latency {
namespace {

constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;  // odd, from the golden ratio

/// Eight bytes at a time: most methods are one step. Who makes many texts of one hash makes
/// Operations::kLimit comparisons of what is looked up, no more.
std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  for (; text.size() >= sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    hash = (hash ^ word) * kMix;
    hash ^= hash >> 32;
  }
  std::uint64_t rest = text.size() + 1;
  for (const char c : text) rest = rest << 8 | std::uint8_t(c);
  hash = (hash ^ rest) * kMix;
  return hash ^ hash >> 32;
}

}  // namespace

std::uint16_t Operations::find_or_add(std::string_view method, std::string_view route) {
  if (index_.empty()) index_.resize(kBuckets, 0);
  std::size_t at = mix(mix(0, method), route) % kBuckets;
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
