// cpu_topology: which CPUs are on line and isolated, and how often they were slowed down for heat,
// from /sys/devices/system/cpu (Documentation/ABI/testing/sysfs-devices-system-cpu of the kernel).
// node_exporter has these in its collector cpu; they change too seldom for ours of each second.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

inline constexpr std::uint32_t kCpuLimit = 65'536;

/// The numbers in a list such as "0-3,8"; empty for an empty text. Invalid past kCpuLimit.
Result<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text);

}  // namespace lapwing::collectors::host
