#include "collectors/latency/flow_table.h"

#include <bit>
#include <cassert>
#include <cstring>

namespace lapwing::collectors::latency {
namespace {

__extension__ using Wide = unsigned __int128;

/// Both halves of a product, joined: each bit of either factor moves about half of the result's.
std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Wide product = Wide(a) * b;
  return std::uint64_t(product) ^ std::uint64_t(product >> 64);
}

std::uint64_t half(const IpAddress& address, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, address.bytes.data() + at, sizeof word);
  return word;
}

constexpr std::uint64_t kMix1 = 0xa0761d6478bd642f;  // odd, with as many ones as zeros
constexpr std::uint64_t kMix2 = 0xe7037ed1a0b428db;

}  // namespace

FlowKey flow_key(const Segment& segment, std::uint64_t seed) {
  const bool lower = source_is_lower(segment);
  const IpAddress& a = lower ? segment.source : segment.destination;
  const IpAddress& b = lower ? segment.destination : segment.source;
  const std::uint64_t ports = std::uint64_t(lower ? segment.source_port : segment.destination_port)
                                  << 16 |
                              (lower ? segment.destination_port : segment.source_port);
  std::uint64_t key = fold(half(a, 0) ^ seed ^ kMix1, half(a, 8) ^ kMix2);
  key = fold(half(b, 0) ^ key, half(b, 8) ^ seed ^ kMix1);
  key = fold(ports ^ key ^ kMix2, seed ^ kMix1);
  return key == 0 ? 1 : key;
}

FlowTable::FlowTable(std::size_t capacity)
    : capacity_(capacity), mask_(std::bit_ceil(2 * capacity) - 1), index_(mask_ + 1, 0) {
  flows_.reserve(capacity);  // Address space: memory comes as places are used.
}

Flow* FlowTable::find(FlowKey key) {
  for (std::size_t at = bucket_of(key); index_[at] != 0; at = (at + 1) & mask_)
    if (Flow& flow = flows_[index_[at] - 1]; flow.key == key) return &flow;
  return nullptr;
}

Flow* FlowTable::insert(FlowKey key, std::uint32_t now) {
  std::uint32_t place = 0;
  if (!free_.empty()) {
    place = free_.back();
    free_.pop_back();
  } else if (flows_.size() < capacity_) {
    place = std::uint32_t(flows_.size());
    flows_.emplace_back();
  } else {
    return nullptr;
  }
  std::size_t at = bucket_of(key);
  while (index_[at] != 0) at = (at + 1) & mask_;
  index_[at] = place + 1;
  Flow& flow = flows_[place];
  flow = Flow{};
  flow.key = key;
  flow.last_second = now;
  ++size_;
  return &flow;
}

void FlowTable::remove(Flow& flow) {
  assert(flow.key != 0);
  erase_index(flow.key);
  flow.key = 0;
  free_.push_back(std::uint32_t(&flow - flows_.data()));
  --size_;
}

/// Open addressing without tombs: what stands behind the gap and may stand in it moves there.
void FlowTable::erase_index(FlowKey key) {
  std::size_t gap = bucket_of(key);
  while (flows_[index_[gap] - 1].key != key) gap = (gap + 1) & mask_;
  for (std::size_t at = (gap + 1) & mask_; index_[at] != 0; at = (at + 1) & mask_) {
    const std::size_t home = bucket_of(flows_[index_[at] - 1].key);
    if (((at - home) & mask_) < ((at - gap) & mask_)) continue;
    index_[gap] = index_[at];
    gap = at;
  }
  index_[gap] = 0;
}

}  // namespace lapwing::collectors::latency
