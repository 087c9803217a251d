// diskstats: I/O of block devices: /proc/diskstats (the kernel's admin-guide/iostats.rst), and what
// they are (disk_identity.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

inline constexpr std::size_t kDiskCounterCount = 17;

struct DiskStatistics {
  std::string_view major;  ///< views into the text
  std::string_view minor;
  std::string_view device;
  /// In the file's order; those that the kernel does not write are not counted.
  std::array<std::uint64_t, kDiskCounterCount> counters{};
  std::size_t counter_count = 0;
};

/// Replaces `out`, whose memory is kept from call to call.
Result<void> parse_disk_statistics(std::string_view proc_diskstats,
                                   std::vector<DiskStatistics>& out);

}  // namespace lapwing::collectors::host
