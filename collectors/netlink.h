// Netlink: a question to the kernel and its answers, message by message. Source: netlink(7). What
// the messages say is for those who ask: sock_diag.h, latency/interfaces.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/result.h"

namespace lapwing::collectors {

struct NetlinkMessage {
  std::uint16_t type = 0;
  std::span<const std::byte> body;  ///< valid until the visit returns
};
using TakeNetlinkMessage = std::function<Result<void>(const NetlinkMessage& message)>;

enum class DumpState { More, Done };

/// Hands the messages of one datagram on, up to the end of the dump; an error of `take` ends it.
/// Invalid: a message is cut short. The kernel's own errors by their number (ENOENT is NoData).
/// Texts of errors begin with `source`.
Result<DumpState> each_netlink_message(std::span<const std::byte> datagram, std::string_view source,
                                       const TakeNetlinkMessage& take);

/// One socket, in this thread's network name space, and its buffer. One thread at a time.
class Netlink {
 public:
  /// `protocol`: NETLINK_*. `source`: for errors; lives for ever. `groups`: bits of the multicast
  /// groups to listen to. NoData when the kernel has no such protocol.
  static Result<Netlink> open(int protocol, std::string_view source, std::uint32_t groups = 0);

  /// Asks for all that there is of `body` and hands the answers on. Waits up to two seconds for
  /// each datagram. After an error more of its answers may come: the next dump wants a new socket.
  Result<void> dump(std::uint16_t type, std::span<const std::byte> body,
                    const TakeNetlinkMessage& take);
  /// One datagram that is there already; nothing when there is none. Unavailable with ENOBUFS's
  /// message: the kernel has dropped some.
  Result<std::span<const std::byte>> receive_now();

  int fd() const { return fd_.get(); }

 private:
  Netlink(UniqueFd fd, std::string_view source);

  UniqueFd fd_;
  std::string_view source_;
  std::vector<std::byte> buffer_;
};

}  // namespace lapwing::collectors
