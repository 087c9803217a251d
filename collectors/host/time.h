// time: the host's clock, its time zone and clock sources (/sys/devices/system/clocksource).
#pragma once

#include "collectors/collector.h"

namespace lapwing::collectors::host {

// The factory stands in factories.h.

}  // namespace lapwing::collectors::host
