// processes: processes and threads by state, from /proc/PID/stat and /proc/PID/task (proc(5)).
// A process that ends while it is read is left out.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct ProcessState {
  char state = '?';
  std::uint64_t threads = 0;
};

/// Of the content of /proc/PID/stat; the command's name may have blanks and brackets.
Result<ProcessState> parse_process_stat(std::string_view stat);

}  // namespace lapwing::collectors::host
