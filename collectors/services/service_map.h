// ServiceMap: which service a process, a cgroup or a listening socket belongs to, at one moment.
// An immutable snapshot, published by the ServiceDirectory; every `service_*` series takes its
// label from here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lapwing::collectors::services {

/// Names a service while this process lives: given in order from 0, never reused.
enum class ServiceId : std::uint32_t {};

enum class ServiceKind : std::uint8_t {
  Unit,       ///< a systemd unit
  Container,  ///< a container, or a Kubernetes pod with all of its containers
  Processes,  ///< processes of one executable, or what a rule has put together
};

/// "unit", "container", "processes".
std::string_view name(ServiceKind kind);

/// The label of all services that have no series of their own.
inline constexpr std::string_view kOtherServices = "other";

/// Never changes; a service whose rank changes gets another object with the same id.
struct Service {
  ServiceId id{};
  std::string name;  ///< never has a pid in it
  ServiceKind kind = ServiceKind::Processes;
  bool own_series = true;  ///< one of the first N by use

  /// What the label `service` says of it.
  std::string_view label() const { return own_series ? std::string_view(name) : kOtherServices; }
};

/// A TCP socket that listens. `service` is an index into services(), or kNoService.
struct Listener {
  static constexpr std::uint32_t kNoService = UINT32_MAX;
  std::uint64_t inode = 0;  ///< idiag_inode
  std::uint16_t port = 0;
  std::uint32_t service = kNoService;
  bool operator==(const Listener&) const = default;
};

/// Any thread. Pointers that it gives live as long as the map; nullptr: no such service known.
class ServiceMap {
 public:
  /// Keys with an index into `services`; any order, no key twice.
  template <typename Key>
  using Index = std::vector<std::pair<Key, std::uint32_t>>;

  struct Tables {
    std::vector<std::shared_ptr<const Service>> services;
    Index<std::int32_t> processes;
    Index<std::uint64_t> cgroups;
    std::vector<Listener> listeners;
    bool operator==(const Tables&) const = default;
  };

  ServiceMap() = default;
  explicit ServiceMap(Tables tables);

  const Service* of_process(std::int32_t pid) const;
  /// `id`: the inode of a cgroup v2 directory, as INET_DIAG_CGROUP_ID has it. Folders within a
  /// service's own are the service's too.
  const Service* of_cgroup(std::uint64_t id) const;
  /// Of a listening socket, by its inode.
  const Service* of_listener(std::uint64_t socket_inode) const;
  /// Of a listener: nullptr when its owner is not known (yet, or for want of a capability).
  const Service* of(const Listener& listener) const;
  const Service* find(std::string_view name) const;

  /// In the order of their ids; at most ServicesOptions::service_limit of them.
  std::span<const std::shared_ptr<const Service>> services() const { return tables_.services; }
  /// Every listening TCP socket of this network name space, sorted by inode.
  std::span<const Listener> listeners() const { return tables_.listeners; }
  std::size_t processes() const { return tables_.processes.size(); }

 private:
  const Service* at(std::uint32_t index) const;
  template <typename Key>
  const Service* find_in(const Index<Key>& index, Key key) const;

  Tables tables_;
};

}  // namespace lapwing::collectors::services
