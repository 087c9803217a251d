// entropy: the random number pool, from /proc/sys/kernel/random (random(4)).
#pragma once

#include "collectors/collector.h"

namespace lapwing::collectors::host {

// The parser is number_file.h; the factory stands in factories.h.

}  // namespace lapwing::collectors::host
