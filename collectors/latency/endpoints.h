// Endpoints: the services whose latency is measured: those that listen on this host, and backends
// elsewhere that this host calls; who of two ends of a connection is the server; and what has
// been measured. Places in the table are small numbers that flows keep.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/latency/histogram.h"
#include "collectors/latency/operations.h"
#include "collectors/latency/packet.h"
#include "collectors/latency/sketch.h"

namespace lapwing::collectors::latency {

struct Address {
  IpAddress ip;
  std::uint16_t port = 0;
  auto operator<=>(const Address&) const = default;
};

/// A listening socket and whose it is.
struct ListeningService {
  Address address;
  std::string service;      ///< empty: not known (yet)
  std::uint64_t inode = 0;  ///< the socket's; of several at one address, that which gave the name
  bool operator==(const ListeningService&) const = default;
};

/// What is known of this host's sockets at one time. All sorted, none twice.
struct SocketTables {
  std::vector<ListeningService> listeners;  ///< by address
  std::vector<IpAddress> local;             ///< this host's own addresses
  std::vector<Address> remotes;             ///< what this host is connected to
  bool operator==(const SocketTables&) const = default;
};

struct Endpoint {
  std::string service;     ///< of this host; empty for a backend elsewhere
  std::uint16_t port = 0;  ///< 0: several, counted together
  std::string remote;      ///< "10.0.0.5:5432", "other"; empty for a service of this host
  Protocol protocol = Protocol::Unknown;  ///< of the newest connection whose protocol was told
  Histogram histogram;
  Sketch sketch;
  Operations operations;
  std::int64_t unused_since = -1;  ///< second since when nothing listens there; -1: something does

  void add(std::int64_t second, Nanoseconds latency) {
    histogram.add(latency);
    sketch.add(second, latency);
  }
};

/// One thread.
class Endpoints {
 public:
  static constexpr std::size_t kServiceLimit = 512;
  static constexpr std::size_t kRemoteLimit = 64;
  static constexpr std::int64_t kKeptSeconds = 300;  ///< after its last listener has gone

  Endpoints();

  /// Takes newer tables over. Returns which numbers flows should carry instead of which: a
  /// service was named or renamed.
  std::vector<std::pair<std::uint16_t, std::uint16_t>> apply(SocketTables tables,
                                                             std::int64_t second);
  /// Ports that packets of interest have, sorted; all of them or those of `only` (if any).
  std::vector<std::uint16_t> ports(const std::vector<std::uint16_t>& only) const;

  struct Judgement {
    std::uint16_t endpoint = 0;
    bool source_is_server = false;
  };
  /// Which service a connection belongs to, from one of its segments; `server`, when the handshake
  /// told, says whether the source is the server. Nothing: none of ours.
  std::optional<Judgement> judge(const Segment& segment, std::optional<bool> source_is_server);

  Endpoint& operator[](std::uint16_t number) { return *all_[number]; }
  /// By number; gone ones are null.
  const std::vector<std::unique_ptr<Endpoint>>& all() const { return all_; }
  /// Forgets endpoints whose listeners have been gone for kKeptSeconds; returns their numbers.
  std::vector<std::uint16_t> forget_unused(std::int64_t second);

 private:
  std::uint16_t find_or_add_service(const std::string& service, std::uint16_t port);
  std::uint16_t find_or_add_remote(const Address& address);
  /// What a socket has measured follows it when its service is named, or named better.
  void rename(const SocketTables& tables);
  bool is_named(const std::string& service, std::uint16_t port) const;
  std::optional<std::uint16_t> add(std::unique_ptr<Endpoint> endpoint);
  bool is_local(const IpAddress& address) const;
  /// Number of the endpoint that serves at the address; nothing: none of this host.
  std::optional<std::uint16_t> service_at(const IpAddress& ip, std::uint16_t port) const;
  /// Whether that end is a backend elsewhere which `other`, of this host, calls.
  bool is_remote(const IpAddress& ip, std::uint16_t port, const IpAddress& other) const;

  SocketTables tables_;
  std::vector<std::uint16_t> listener_endpoints_;                 // one a listener of tables_
  std::vector<std::pair<std::uint16_t, std::uint16_t>> by_port_;  // port, place in listeners
  std::vector<std::uint16_t> remote_ports_;                       // sorted
  std::vector<std::unique_ptr<Endpoint>> all_;  // 0: services, 1: backends past the limits
  std::size_t remotes_ = 0;
  std::size_t services_ = 0;
};

}  // namespace lapwing::collectors::latency
