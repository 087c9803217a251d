// selinux: whether it is on and what it does, from /sys/fs/selinux (selinuxfs of the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kEnabled{"node_selinux_enabled", "Whether SELinux is on.", MetricType::Gauge};
constexpr MetricInfo kMode{"node_selinux_current_mode",
                           "What SELinux does: 1 enforces, 0 only reports.", MetricType::Gauge};

Result<void> write_selinux(const HostPaths& paths, MetricWriter& out) {
  if (const auto names = list_folder(paths.in_sys("fs")); !names) return names.error();
  const auto enforces = number_in(paths.in_sys("fs/selinux/enforce"));
  out.sample(kEnabled, enforces ? 1 : 0);
  if (enforces) out.sample(kMode, *enforces);
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_selinux(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_selinux);
}

}  // namespace lapwing::collectors::host
