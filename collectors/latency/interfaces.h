// Interfaces: the network interfaces of this host that are up, and whether packets may pass two of
// them. Source: rtnetlink(7).
#pragma once

#include <cstddef>
#include <optional>
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

/// One interface, of a message's body (ifinfomsg with its attributes); nothing: it is down.
/// Invalid: cut short.
Result<std::optional<Interface>> parse_interface(std::span<const std::byte> body);

/// Of this thread's network name space. Waits for the kernel for two seconds at most.
Result<std::vector<Interface>> read_interfaces();

}  // namespace lapwing::collectors::latency
