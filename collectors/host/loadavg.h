// loadavg: the load averages of /proc/loadavg (proc(5)).
#pragma once

#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct LoadAverages {
  double one_minute = 0;
  double five_minutes = 0;
  double fifteen_minutes = 0;
};

Result<LoadAverages> parse_load_averages(std::string_view proc_loadavg);

}  // namespace lapwing::collectors::host
