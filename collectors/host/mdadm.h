// mdadm: software RAID, from /proc/mdstat and /sys/block/mdN/md (md(4),
// Documentation/admin-guide/md.rst of the kernel).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

enum class RaidActivity { Active, Inactive, Recovering, Resync, Check, Other };

/// One array. The name is a view of what was parsed.
struct RaidArray {
  std::string_view name;
  RaidActivity activity = RaidActivity::Inactive;
  std::uint64_t disks_active = 0;
  std::uint64_t disks_failed = 0;
  std::uint64_t disks_spare = 0;
  std::uint64_t disks_required = 0;
  std::uint64_t blocks = 0;
  std::uint64_t blocks_synced = 0;
};

Result<std::vector<RaidArray>> parse_mdstat(std::string_view mdstat);

}  // namespace lapwing::collectors::host
