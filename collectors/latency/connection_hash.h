// The hash by which connections are sampled: the same for both directions and on every host, and
// plain enough to be computed inside the kernel's packet filter (filter.cc), which must agree.
#pragma once

#include <cstdint>

#include "collectors/latency/packet.h"

namespace lapwing::collectors::latency {

inline constexpr std::uint32_t kAddressFactor = 0x9e3779b1;  // odd, from the golden ratio
inline constexpr std::uint32_t kPortFactor = 0x85ebca6b;
/// Hashes are below this; a connection is kept when its hash is below sampling × this.
inline constexpr std::uint32_t kSamplingRange = 1u << 16;

/// The last 32 bits of both addresses and both ports, mixed: below kSamplingRange.
constexpr std::uint32_t connection_hash(std::uint32_t source, std::uint32_t destination,
                                        std::uint16_t source_port, std::uint16_t destination_port) {
  const std::uint32_t mixed = (source ^ destination) * kAddressFactor +
                              std::uint32_t(source_port ^ destination_port) * kPortFactor;
  return (mixed * kAddressFactor) >> 16;
}

inline std::uint32_t connection_hash(const Segment& segment) {
  const auto tail = [](const IpAddress& address) {
    return std::uint32_t(address.bytes[12]) << 24 | std::uint32_t(address.bytes[13]) << 16 |
           std::uint32_t(address.bytes[14]) << 8 | address.bytes[15];
  };
  return connection_hash(tail(segment.source), tail(segment.destination), segment.source_port,
                         segment.destination_port);
}

}  // namespace lapwing::collectors::latency
