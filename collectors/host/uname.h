// uname: the kernel's name and version. Read from /proc/sys/kernel, which says what uname(2) says
// and can be another host's in tests.
#pragma once

#include "collectors/collector.h"

namespace lapwing::collectors::host {

// The factory stands in factories.h.

}  // namespace lapwing::collectors::host
