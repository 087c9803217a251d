// Interfaces: the network interfaces of this host that are up, and whether packets may pass two of
// them. Source: rtnetlink(7).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::latency {

struct Interface {
  int index = 0;
  bool loopback = false;
  /// Part of another (a bridge's port, a bond's member) or on top of one (VLAN, macvlan, a pair of
  /// veth that are both here): what passes it passes that one too.
  bool stacked = false;
  bool operator==(const Interface&) const = default;
};

/// Adds the interfaces of one datagram of a dump; true: the dump has ended. Invalid: cut short.
Result<bool> add_interfaces(std::span<const std::byte> datagram, std::vector<Interface>& out);

/// Of this thread's network name space. Waits for the kernel for two seconds at most.
Result<std::vector<Interface>> read_interfaces();

}  // namespace lapwing::collectors::latency
