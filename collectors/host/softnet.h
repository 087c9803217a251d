// softnet: how each CPU fares with packets, from /proc/net/softnet_stat (net/core/net-procfs.c).
#pragma once

#include "collectors/collector.h"

namespace lapwing::collectors::host {

// The parser is hex_table.h; the factory stands in factories.h.

}  // namespace lapwing::collectors::host
