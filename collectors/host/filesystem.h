// filesystem: space and inodes of mounted file systems: /proc/1/mountinfo (proc(5)) and statfs(2).
// statfs hangs on a dead network mount, so this runs on the slow lane.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

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

}  // namespace lapwing::collectors::host
