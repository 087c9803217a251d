// stat: interrupts, context switches, forks, processes and boot time, from /proc/stat (proc(5)).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct KernelStatistics {
  std::optional<std::uint64_t> interrupts;
  std::optional<std::uint64_t> context_switches;
  std::optional<std::uint64_t> boot_time;  ///< Unix seconds
  std::optional<std::uint64_t> forks;
  std::optional<std::uint64_t> running;
  std::optional<std::uint64_t> blocked;
};

/// Lines that it does not know are skipped; Invalid when a known one has no number.
Result<KernelStatistics> parse_kernel_statistics(std::string_view proc_stat);

}  // namespace lapwing::collectors::host
