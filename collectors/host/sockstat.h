// sockstat: sockets in use by protocol, from /proc/net/sockstat and sockstat6.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct SocketField {
  std::string_view protocol;  ///< "TCP", "UDP6", "sockets"
  std::string_view name;      ///< "inuse"
  std::uint64_t value = 0;
};

/// Appends to `out`.
Result<void> parse_socket_fields(std::string_view content, std::vector<SocketField>& out);

}  // namespace lapwing::collectors::host
