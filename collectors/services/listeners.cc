#include "collectors/services/listeners.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <utility>

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kListenerLimit = 20'000;

}  // namespace

Result<std::vector<Listener>> read_listeners(SockDiag& sock_diag) {
  std::vector<Listener> found;
  auto dumped = sock_diag.dump_tcp({.family = AF_UNSPEC, .states = 1U << TCP_LISTEN},
                                   [&](auto message) { return add_listener(message, found); });
  if (!dumped) return std::move(dumped).error();
  return found;
}

Result<void> add_listener(std::span<const std::byte> message, std::vector<Listener>& out) {
  inet_diag_msg socket{};
  if (message.size() < sizeof socket) return invalid("cut short: a socket of sock_diag");
  std::memcpy(&socket, message.data(), sizeof socket);
  if (socket.idiag_state == TCP_LISTEN && out.size() < kListenerLimit)
    out.push_back({.inode = socket.idiag_inode, .port = ntohs(socket.id.idiag_sport)});
  return {};
}

}  // namespace lapwing::collectors::services
