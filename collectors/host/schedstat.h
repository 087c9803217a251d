// schedstat: time run and waited a CPU, from /proc/schedstat (the kernel's sched-stats.rst).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct SchedulerTimes {
  std::string_view cpu;  ///< a view into the text
  std::uint64_t running_nanoseconds = 0;
  std::uint64_t waiting_nanoseconds = 0;
  std::uint64_t timeslices = 0;
};

Result<std::vector<SchedulerTimes>> parse_scheduler_times(std::string_view proc_schedstat);

}  // namespace lapwing::collectors::host
