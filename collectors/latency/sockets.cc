#include "collectors/latency/sockets.h"

#include <ifaddrs.h>
#include <linux/inet_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace lapwing::collectors::latency {
namespace {

constexpr int kListenState = 10;  // TCP_LISTEN
IpAddress address_of(std::uint8_t family, const __be32* words) {
  std::array<std::uint8_t, 16> bytes{};
  std::memcpy(bytes.data(), words, family == AF_INET ? 4 : 16);
  if (family != AF_INET) return IpAddress::v6(bytes);
  return IpAddress::v4(std::span<const std::uint8_t, 4>(bytes.data(), 4));
}

}  // namespace

Result<SocketRow> read_socket(std::span<const std::byte> bytes) {
  inet_diag_msg message;
  if (bytes.size() < sizeof message) return invalid("cut short: a socket of sock_diag");
  std::memcpy(&message, bytes.data(), sizeof message);
  return SocketRow{.local = {address_of(message.idiag_family, message.id.idiag_src),
                             ntohs(message.id.idiag_sport)},
                   .remote = {address_of(message.idiag_family, message.id.idiag_dst),
                              ntohs(message.id.idiag_dport)},
                   .inode = message.idiag_inode,
                   .listening = message.idiag_state == kListenState};
}

SocketTables make_tables(const std::vector<SocketRow>& listening,
                         const std::vector<SocketRow>& connected, std::vector<IpAddress> local,
                         const NameOfSocket& name) {
  SocketTables tables;
  std::sort(local.begin(), local.end());
  local.erase(std::unique(local.begin(), local.end()), local.end());
  tables.local = std::move(local);

  std::map<Address, ListeningService> listeners;  // SO_REUSEPORT: many sockets at one address
  std::set<std::uint16_t> own_ports;
  for (const SocketRow& row : listening) {
    ListeningService& listener = listeners[row.local];
    if (listener.service.empty())
      listener = {.address = row.local, .service = name(row.inode), .inode = row.inode};
    own_ports.insert(row.local.port);
  }
  for (auto& [address, listener] : listeners) tables.listeners.push_back(std::move(listener));

  std::map<std::uint16_t, std::size_t> uses;
  std::set<Address> remotes;
  for (const SocketRow& row : connected) {
    if (own_ports.count(row.local.port) != 0 || row.remote.ip.is_loopback() ||
        std::binary_search(tables.local.begin(), tables.local.end(), row.remote.ip))
      continue;
    ++uses[row.remote.port];
    remotes.insert(row.remote);
  }
  std::vector<std::pair<std::size_t, std::uint16_t>> busiest;
  for (const auto& [port, count] : uses) busiest.emplace_back(count, port);
  std::sort(busiest.rbegin(), busiest.rend());
  busiest.resize(std::min(busiest.size(), kRemotePorts));
  for (const Address& remote : remotes)
    if (std::any_of(busiest.begin(), busiest.end(),
                    [&](const auto& one) { return one.second == remote.port; }))
      tables.remotes.push_back(remote);
  return tables;
}

std::vector<IpAddress> SocketLister::local_addresses() {
  std::vector<IpAddress> found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    std::array<std::uint8_t, 16> bytes{};
    if (one->ifa_addr->sa_family == AF_INET) {
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, 4);
      found.push_back(IpAddress::v4(std::span<const std::uint8_t, 4>(bytes.data(), 4)));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr,
                  16);
      found.push_back(IpAddress::v6(bytes));
    }
  }
  ::freeifaddrs(list);
  return found;
}

int SocketLister::loopback_index() { return int(::if_nametoindex("lo")); }

Result<std::vector<SocketRow>> SocketLister::dump(std::uint32_t states) {
  std::vector<SocketRow> rows;
  const auto take = [&](std::span<const std::byte> message) -> Result<void> {
    auto row = read_socket(message);
    if (!row) return std::move(row).error();
    if (rows.size() < kSocketLimit) rows.push_back(*row);
    return {};
  };
  if (auto dumped = sock_diag_.dump_tcp({.family = AF_UNSPEC, .states = states}, take); !dumped)
    return std::move(dumped).error();
  return rows;
}

}  // namespace lapwing::collectors::latency
