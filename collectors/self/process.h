// process: the agent's own process, by the names that Prometheus's client libraries use, from
// /proc/self (proc(5)).
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::self {

struct ProcessState {
  std::uint64_t user_ticks = 0;  ///< of USER_HZ
  std::uint64_t system_ticks = 0;
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< of USER_HZ, since boot
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};

/// /proc/PID/stat; a command's name may hold any character, parentheses too.
Result<ProcessState> parse_process_state(std::string_view stat);

/// A limit of /proc/PID/limits by its name ("Max open files"); infinity when unlimited.
Result<double> parse_process_limit(std::string_view limits, std::string_view name);

}  // namespace lapwing::collectors::self
