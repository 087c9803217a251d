#include "collectors/services/service_map.h"

#include <algorithm>

namespace lapwing::collectors::services {

std::string_view name(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::Unit:
      return "unit";
    case ServiceKind::Container:
      return "container";
    case ServiceKind::Processes:
      break;
  }
  return "processes";
}

ServiceMap::ServiceMap(Tables tables) : tables_(std::move(tables)) {
  std::sort(tables_.processes.begin(), tables_.processes.end());
  std::sort(tables_.cgroups.begin(), tables_.cgroups.end());
  std::sort(tables_.listeners.begin(), tables_.listeners.end(),
            [](const Listener& a, const Listener& b) { return a.inode < b.inode; });
}

const Service* ServiceMap::at(std::uint32_t index) const {
  return index < tables_.services.size() ? tables_.services[index].get() : nullptr;
}

template <typename Key>
const Service* ServiceMap::find_in(const Index<Key>& index, Key key) const {
  const auto found = std::lower_bound(index.begin(), index.end(), key,
                                      [](const auto& entry, Key k) { return entry.first < k; });
  return found != index.end() && found->first == key ? at(found->second) : nullptr;
}

const Service* ServiceMap::of_process(std::int32_t pid) const {
  return find_in(tables_.processes, pid);
}

const Service* ServiceMap::of_cgroup(std::uint64_t id) const {
  return find_in(tables_.cgroups, id);
}

const Service* ServiceMap::of_listener(std::uint64_t socket_inode) const {
  const auto found =
      std::lower_bound(tables_.listeners.begin(), tables_.listeners.end(), socket_inode,
                       [](const Listener& entry, std::uint64_t key) { return entry.inode < key; });
  return found != tables_.listeners.end() && found->inode == socket_inode ? of(*found) : nullptr;
}

const Service* ServiceMap::of(const Listener& listener) const { return at(listener.service); }

const Service* ServiceMap::find(std::string_view name) const {
  for (const auto& service : tables_.services)
    if (service->name == name) return service.get();
  return nullptr;
}

}  // namespace lapwing::collectors::services
