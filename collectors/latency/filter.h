// The classic BPF program that tells the kernel which packets to hand over: TCP of the ports that
// matter, with payload or one of the flags that begin and end a connection. Source:
// Documentation/networking/filter.rst. The program is for sockets of SOCK_DGRAM, whose packets
// begin with the IP header on every link.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <span>
#include <vector>

namespace lapwing::collectors::latency {

struct FilterPlan {
  std::vector<std::uint16_t> ports;  ///< in any order; either end of a connection may have them
  int loopback_index = 0;            ///< interface whose outgoing packets come back as incoming
  std::uint32_t snap_to_port = 0;    ///< bytes to keep of a packet that goes to such a port
  std::uint32_t snap_from_port = 0;  ///< and of one that comes from it
  /// Connections whose connection_hash() is below it are kept; kSamplingRange keeps all.
  std::uint32_t sampling_threshold = 0;
  bool operator==(const FilterPlan&) const = default;
};

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  bool operator==(const PortRange&) const = default;
};

/// The ports as at most `limit` ranges in rising order: where there would be more, the nearest
/// neighbours are joined, and what lies between them is kept too (the reader knows its ports).
std::vector<PortRange> port_ranges(std::vector<std::uint16_t> ports, std::size_t limit);

/// Ranges that a program has at most. The kernel counts a program against net.core.optmem_max
/// (20 kB before Linux 6.9), the old and the new one together while they change places.
inline constexpr std::size_t kPortRangeLimit = 200;

/// A program for SO_ATTACH_FILTER; at most a fifth of BPF_MAXINSNS. Without ports it drops all.
std::vector<sock_filter> make_filter(const FilterPlan& plan);

}  // namespace lapwing::collectors::latency
