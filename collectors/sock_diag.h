// sock_diag(7): the kernel's answers about sockets, by netlink. Asks the network name space of
// this process; needs no capability.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"

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

enum class DumpState { More, Done };

/// Hands the sockets of one netlink datagram on; an error of `take` ends it. Of the kernel's own
/// errors NoData says that it does not know the family; Invalid: a message is cut short.
Result<DumpState> each_socket(std::span<const std::byte> datagram, const TakeSocket& take);

/// One netlink socket and its buffer. One thread at a time.
class SockDiag {
 public:
  /// NoData when the kernel has no sock_diag. `groups`: bits of the destroy groups to listen to.
  static Result<SockDiag> open(std::uint32_t groups = 0);

  /// All TCP sockets of the query. Waits up to two seconds for an answer.
  Result<void> dump_tcp(const SocketQuery& query, const TakeSocket& take);
  /// One datagram that is there already; nothing when there is none. Unavailable with ENOBUFS's
  /// message: the kernel has dropped some.
  Result<std::span<const std::byte>> receive_now();

  int fd() const { return fd_.get(); }

 private:
  explicit SockDiag(UniqueFd fd);
  Result<void> receive_dump(const TakeSocket& take);

  UniqueFd fd_;
  std::vector<std::byte> buffer_;
};

}  // namespace lapwing::collectors
