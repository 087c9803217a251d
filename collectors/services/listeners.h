// Listening TCP sockets, from sock_diag (sock_diag(7), linux/inet_diag.h): the kernel walks its
// table of listeners alone, so this costs some microseconds, and needs no capability.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "agent/base/result.h"
#include "collectors/services/service_map.h"
#include "collectors/sock_diag.h"

namespace lapwing::collectors::services {

/// Both families, of this network name space; services are not known yet. Blocks for 2 s at most.
Result<std::vector<Listener>> read_listeners(SockDiag& sock_diag);

/// Adds one socket of a dump, where it listens. Invalid: it is cut short.
Result<void> add_listener(std::span<const std::byte> message, std::vector<Listener>& out);

}  // namespace lapwing::collectors::services
