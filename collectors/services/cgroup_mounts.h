// Where the trees of control groups are mounted: v2, v1 or both (cgroups(7), proc(5) mountinfo).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "collectors/collector.h"

namespace lapwing::collectors::services {

struct CgroupMounts {
  std::string unified;  ///< v2's root folder; empty: not mounted
  /// v1: the root folder by controller, "memory", "cpuacct", "blkio" …
  std::map<std::string, std::string, std::less<>> controllers;
};

/// The cgroup mounts of a mountinfo file, as they are named there.
Result<CgroupMounts> parse_cgroup_mounts(std::string_view mountinfo);
/// Of this host, folders as the agent sees them below paths.sys; empty when there are none.
CgroupMounts read_cgroup_mounts(const HostPaths& paths);
/// v2's root folder; empty: not mounted.
std::string unified_mount(const HostPaths& paths);

}  // namespace lapwing::collectors::services
