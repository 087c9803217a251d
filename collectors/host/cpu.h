// cpu: seconds of each CPU by mode, from the cpu lines of /proc/stat (proc(5)).
// Leaves out: node_cpu_info (off by default in node_exporter too).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// In the order of the fields of /proc/stat.
enum class CpuMode { User, Nice, System, Idle, Iowait, Irq, Softirq, Steal, Guest, GuestNice };
inline constexpr std::size_t kCpuModeCount = 10;

struct CpuTimes {
  std::string_view cpu;                              ///< "0"; a view into the text
  std::array<std::uint64_t, kCpuModeCount> ticks{};  ///< of USER_HZ; fields that are missing are 0

  std::uint64_t of(CpuMode mode) const { return ticks[std::size_t(mode)]; }
};

/// The lines of single CPUs; replaces `out`, whose memory is kept from call to call.
Result<void> parse_cpu_times(std::string_view proc_stat, std::vector<CpuTimes>& out);

}  // namespace lapwing::collectors::host
