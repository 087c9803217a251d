// netdev: traffic counters of network devices: /proc/net/dev (proc(5)), and what that lacks from
// /sys/class/net/*/statistics.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

inline constexpr std::size_t kNetworkCounterCount = 16;

struct NetworkDevice {
  std::string_view name;  ///< a view into the text
  /// In the file's order: receive bytes, packets, errs, drop, fifo, frame, compressed, multicast;
  /// transmit bytes, packets, errs, drop, fifo, colls, carrier, compressed.
  std::array<std::uint64_t, kNetworkCounterCount> counters{};
};

/// Replaces `out`, whose memory is kept from call to call.
Result<void> parse_network_devices(std::string_view proc_net_dev, std::vector<NetworkDevice>& out);

}  // namespace lapwing::collectors::host
