// ContainerNames: what people call a container whose id stands in a cgroup's path, from what the
// runtimes leave on disk: Docker's config.v2.json, Podman's containers.json, the links that the
// kubelet makes in /var/log/containers.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/services/cgroup_path.h"

namespace lapwing::collectors::services {

/// One thread's. Each answer is kept; a container keeps its name while it lives.
class ContainerNames {
 public:
  explicit ContainerNames(HostPaths paths) : paths_(std::move(paths)) {}

  /// "web" for a container, "namespace/workload" for a pod. Where nothing tells, the first 12
  /// digits of the id, as `docker ps` shows them.
  std::string name_of(const CgroupOwner& owner);
  /// Containers whose name could not be found out, such as for want of CAP_DAC_READ_SEARCH.
  std::size_t nameless() const { return nameless_; }

 private:
  std::string find(const CgroupOwner& owner) const;

  const HostPaths paths_;
  std::map<std::string, std::string, std::less<>> known_;
  std::size_t nameless_ = 0;
};

/// "Name" of Docker's config.v2.json, its slash left out; empty when there is none.
std::string docker_name(std::string_view config);
/// The first of "names" beside that "id" in containers/storage's containers.json; empty when
/// there is none.
std::string storage_name(std::string_view containers, std::string_view id);
/// Of POD_NAMESPACE_CONTAINER-ID.log: "namespace/workload", what a ReplicaSet, Job or DaemonSet
/// adds to the workload's name left out; empty for another container's link.
std::string pod_name(std::string_view link, std::string_view id);

}  // namespace lapwing::collectors::services
