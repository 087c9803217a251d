// Which control groups are accounted as such: those of one service alone, and the slices around
// them for what no group that is known has used.
#pragma once

#include <map>
#include <string>

#include "collectors/services/cgroup_accounting.h"
#include "collectors/services/service_directory.h"

namespace lapwing::collectors::services {

/// Folders of units and containers with their services; a folder whose processes are of several
/// services, or named one by one, is told by these and left out. A slice that no process of
/// another account lives below has kNobody: what it used beyond the groups within is that of
/// groups that came and went between two looks.
std::map<std::string, ServiceId> choose_groups(const ServiceDirectory::Processes& processes);

}  // namespace lapwing::collectors::services
