// filefd: open file handles of the host, from /proc/sys/fs/file-nr (the kernel's sysctl/fs.rst).
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct FileHandles {
  std::uint64_t allocated = 0;
  std::uint64_t maximum = 0;
};

Result<FileHandles> parse_file_handles(std::string_view file_nr);

}  // namespace lapwing::collectors::host
