// thermal_zone: temperatures and cooling devices, from /sys/class/thermal
// (Documentation/driver-api/thermal/sysfs-api.rst of the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr std::string_view kZonePrefix = "thermal_zone";
constexpr std::string_view kCoolingPrefix = "cooling_device";

constexpr Attribute kZone[] = {{"temp",
                                1e-3,
                                {"node_thermal_zone_temp",
                                 "Temperature of the zone in degrees Celsius.",
                                 MetricType::Gauge,
                                 {"type", "zone"}}}};
constexpr Attribute kCooling[] = {
    {"cur_state",
     1,
     {"node_cooling_device_cur_state",
      "How much the device cools now.",
      MetricType::Gauge,
      {"name", "type"}}},
    {"max_state",
     1,
     {"node_cooling_device_max_state",
      "How much the device can cool.",
      MetricType::Gauge,
      {"name", "type"}}},
};

Result<void> write_thermal(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/thermal");
  const auto names = list_folder(folder);
  if (!names) return names.error();
  if (names->empty()) return no_data(folder + " is empty");
  for (const std::string& name : *names) {
    const std::string device = folder + "/" + name;
    const std::string type = text_of(device + "/type");
    if (name.starts_with(kZonePrefix))
      write_attributes(kZone, device, {type, name.substr(kZonePrefix.size())}, out);
    else if (name.starts_with(kCoolingPrefix))
      write_attributes(kCooling, device, {name.substr(kCoolingPrefix.size()), type}, out);
  }
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_thermal_zone(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_thermal);
}

}  // namespace lapwing::collectors::host
