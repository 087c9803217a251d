// Listening TCP sockets, from sock_diag (sock_diag(7), linux/inet_diag.h): the kernel walks its
// table of listeners alone, so this costs some microseconds, and needs no capability.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"
#include "collectors/services/service_map.h"

namespace lapwing::collectors::services {

/// Opens the netlink socket. NoData where the kernel has no sock_diag.
Result<UniqueFd> open_sock_diag();

/// Both families, of this network name space; services are not known yet. Blocks for 2 s at most.
Result<std::vector<Listener>> read_listeners(int sock_diag);

/// Adds the sockets of one datagram of a dump; true: the dump has ended. NoData: the kernel does
/// not know the family.
Result<bool> add_listeners(std::span<const std::byte> datagram, std::vector<Listener>& out);

}  // namespace lapwing::collectors::services
