// conntrack: the table of tracked connections, from /proc/sys/net/netfilter and
// /proc/net/stat/nf_conntrack.
#pragma once

#include "collectors/collector.h"

namespace lapwing::collectors::host {

// The parsers are number_file.h and hex_table.h; the factory stands in factories.h.

}  // namespace lapwing::collectors::host
