// nvme: NVMe controllers, from /sys/class/nvme (drivers/nvme/host/sysfs.c of the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kInfo{"node_nvme_info",
                           "What the NVMe controller is.",
                           MetricType::Gauge,
                           {"cntlid", "device", "firmware_revision", "model", "serial", "state"}};

Result<void> write_controllers(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/nvme");
  const auto names = list_folder(folder, "nvme");
  if (!names) return names.error();
  if (names->empty()) return no_data(folder + " is empty");
  for (const std::string& name : *names) {
    const std::string device = folder + "/" + name;
    out.sample(
        kInfo,
        {text_of(device + "/cntlid"), name, text_of(device + "/firmware_rev"),
         text_of(device + "/model"), text_of(device + "/serial"), text_of(device + "/state")},
        1);
  }
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_nvme(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_controllers);
}

}  // namespace lapwing::collectors::host
