// One netlink datagram about sockets, or interfaces, as the kernel would send it: whatever is in
// it, what is taken of it adds up, twice the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "collectors/latency/interfaces.h"
#include "collectors/netlink.h"
#include "collectors/services/socket_accounts.h"
#include "collectors/services/socket_report.h"
#include "collectors/sock_diag.h"

using namespace lapwing;
using namespace lapwing::collectors;

namespace {

std::uint64_t received_bytes(std::span<const std::byte> datagram) {
  services::SocketAccounts accounts;
  const auto map = std::make_shared<services::ServiceMap>();
  for (int pass = 0; pass < 2; ++pass) {
    accounts.begin_pass(map);
    (void)each_socket(datagram, [&](auto message) -> Result<void> {
      const auto report = services::parse_socket_report(message);
      if (!report) return report.error();
      accounts.see(*report);
      return {};
    });
    accounts.end_pass();
    (void)each_socket(datagram, [&](auto message) -> Result<void> {
      if (const auto report = services::parse_socket_report(message)) accounts.closed(*report);
      return {};
    });
  }
  std::uint64_t sum = 0;
  for (const auto& [label, account] : accounts.accounts()) sum += account.counters.received_bytes;
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto datagram = std::as_bytes(std::span(data, size));
  if (received_bytes(datagram) != received_bytes(datagram)) std::abort();
  (void)each_netlink_message(datagram, "fuzz", [](const NetlinkMessage& message) -> Result<void> {
    auto one = latency::parse_interface(message.body);
    return one ? Result<void>() : std::move(one).error();
  });
  return 0;
}
