// meminfo_numa: memory of each NUMA node, from /sys/devices/system/node/nodeN/meminfo and numastat
// (Documentation/admin-guide/numastat.rst of the kernel).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// The key is a view of what was parsed.
struct NodeMemoryField {
  std::string_view key;  ///< "Active(anon)"
  std::uint64_t value = 0;
  bool kibibytes = false;
};

/// Lines such as "Node 0 MemTotal: 134182340 kB".
Result<std::vector<NodeMemoryField>> parse_node_memory(std::string_view meminfo);

}  // namespace lapwing::collectors::host
