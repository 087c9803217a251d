// What TCP sockets and addresses this host has, for telling who serves: sock_diag(7) of listening
// and, less often, of connected sockets; addresses by getifaddrs(3). Readable by any user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "collectors/latency/endpoints.h"
#include "collectors/sock_diag.h"

namespace lapwing::collectors::latency {

struct SocketRow {
  Address local;
  Address remote;
  std::uint64_t inode = 0;
  bool listening = false;
  bool operator==(const SocketRow&) const = default;
};

/// One socket of a dump. Invalid: it is cut short.
Result<SocketRow> read_socket(std::span<const std::byte> message);
/// More sockets than this are left out of a dump.
inline constexpr std::size_t kSocketLimit = 100'000;

/// The name of the service that a listening socket belongs to, by its inode; "" when not known.
using NameOfSocket = std::function<std::string(std::uint64_t inode)>;

/// Who listens, and which backends elsewhere the others are connected to: at most kRemotePorts
/// ports of them, those with most connections.
SocketTables make_tables(const std::vector<SocketRow>& listening,
                         const std::vector<SocketRow>& connected, std::vector<IpAddress> local,
                         const NameOfSocket& name);
inline constexpr std::size_t kRemotePorts = 64;

/// One thread.
class SocketLister {
 public:
  Result<std::vector<SocketRow>> listening() { return dump(1u << 10); }
  /// Takes 3 µs a socket in the kernel.
  Result<std::vector<SocketRow>> connected() { return dump(1u << 1); }
  static std::vector<IpAddress> local_addresses();
  /// 0 where there is none.
  static int loopback_index();

 private:
  Result<std::vector<SocketRow>> dump(std::uint32_t states);

  SockDiag sock_diag_;
};

}  // namespace lapwing::collectors::latency
