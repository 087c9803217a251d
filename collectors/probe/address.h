// Addresses of probes: which one of a name's is called, its hash, and the sockets' form of it.
// Source of truth: blackbox_exporter's choice of protocol.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/probe/module.h"

namespace lapwing::collectors::probe {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;

  bool is_ip4() const { return storage.ss_family == AF_INET; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  /// "127.0.0.1", "::1".
  std::string text() const;
  void set_port(std::uint16_t port);
};

/// An address as it is written, "[::1]" too; nothing for names.
std::optional<Address> literal_address(const std::string& text);

/// What getaddrinfo(3) knows of a name, best first. Waits for servers: for a thread that may.
Result<std::vector<Address>> look_up(const std::string& host);

/// The first of the preferred protocol; with fallback, the last of the other.
std::optional<Address> choose(const std::vector<Address>& addresses, const AddressOptions& options);

/// FNV-1a (32 bits) of the address's bytes: probe_ip_addr_hash.
std::uint32_t address_hash(const Address& address);

/// "host:port" and "[host]:port"; nothing without a port.
std::optional<std::pair<std::string, std::uint16_t>> split_host_port(const std::string& target);

}  // namespace lapwing::collectors::probe
