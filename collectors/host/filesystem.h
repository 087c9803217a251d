// filesystem: space and inodes of mounted file systems: /proc/1/mountinfo (proc(5)) and statfs(2).
// statfs hangs on a dead network mount: space_reader.h keeps that to the mount.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "collectors/host/space_reader.h"

namespace lapwing::collectors::host {

struct Mount {
  std::string major;
  std::string minor;
  std::string mount_point;  ///< unescaped
  std::string device;       ///< unescaped
  std::string type;
  bool read_only = false;  ///< the mount or the file system itself
};

Result<std::vector<Mount>> parse_mounts(std::string_view mountinfo);

/// The label device_error, in node_exporter's words; empty when there are figures.
std::string mount_error(const SpaceAnswer& answer);

}  // namespace lapwing::collectors::host
