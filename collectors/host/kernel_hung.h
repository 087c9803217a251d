// kernel_hung: tasks found hung, from /proc/sys/kernel/hung_task_detect_count (since Linux 6.13).
// The name without _total is what the Node Exporter Full dashboard asks for.
#pragma once

#include "collectors/collector.h"

namespace lapwing::collectors::host {

// The parser is number_file.h; the factory stands in factories.h.

}  // namespace lapwing::collectors::host
