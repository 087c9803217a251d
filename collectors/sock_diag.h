// sock_diag(7): the kernel's answers about sockets, by netlink. Asks the network name space of
// this process; needs no capability.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "agent/base/result.h"
#include "collectors/netlink.h"

namespace lapwing::collectors {

/// What to dump. `extensions` are bits of INET_DIAG_* (1 << (attribute - 1)).
struct SocketQuery {
  /// AF_UNSPEC: both, which costs half: most of a dump is the kernel's walk over its whole table.
  std::uint8_t family = 0;
  std::uint32_t states = ~0U;  ///< a bit a TCP state
  std::uint8_t extensions = 0;
};

/// Gets a socket's inet_diag_msg with the attributes behind it.
using TakeSocket = std::function<Result<void>(std::span<const std::byte> message)>;

/// Hands the sockets of one netlink datagram on; with the errors of each_netlink_message().
Result<DumpState> each_socket(std::span<const std::byte> datagram, const TakeSocket& take);

/// One thread at a time.
class SockDiag {
 public:
  /// Opens its socket with the first dump, and anew after one that failed.
  SockDiag() = default;
  /// `groups`: bits of the destroy groups to listen to. NoData when the kernel has no sock_diag.
  static Result<SockDiag> listen(std::uint32_t groups);

  /// All TCP sockets of the query. Waits up to two seconds for an answer. NoData: the kernel has
  /// no sock_diag, or does not know the family.
  Result<void> dump_tcp(const SocketQuery& query, const TakeSocket& take);
  /// See Netlink. Of what listen() gave.
  Result<std::span<const std::byte>> receive_now() { return netlink_->receive_now(); }
  int fd() const { return netlink_->fd(); }

 private:
  std::optional<Netlink> netlink_;
};

}  // namespace lapwing::collectors
