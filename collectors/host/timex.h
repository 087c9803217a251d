// timex: the state of the kernel's clock discipline, by adjtimex(2) (reading alone needs no right).
#pragma once

#include <sys/timex.h>

#include "collectors/collector.h"

namespace lapwing::collectors::host {

/// Writes what adjtimex(2) has filled in; `state` is what it returned.
void write_clock_state(const ::timex& clock, int state, MetricWriter& out);

}  // namespace lapwing::collectors::host
