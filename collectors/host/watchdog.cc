// watchdog: hardware and software watchdogs, from /sys/class/watchdog
// (Documentation/ABI/testing/sysfs-class-watchdog of the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"name"}};
}

constexpr Attribute kAttributes[] = {
    {"access_cs0", 1,
     gauge("node_watchdog_access_cs0",
           "Whether the watchdog gives access to the other boot image.")},
    {"bootstatus", 1,
     gauge("node_watchdog_bootstatus", "Why the watchdog thinks that the host booted, in bits.")},
    {"fw_version", 1, gauge("node_watchdog_fw_version", "Version of the watchdog's firmware.")},
    {"nowayout", 1, gauge("node_watchdog_nowayout", "Whether the watchdog cannot be stopped.")},
    {"pretimeout", 1,
     gauge("node_watchdog_pretimeout_seconds",
           "How long before the reset the watchdog gives a sign.")},
    {"timeleft", 1, gauge("node_watchdog_timeleft_seconds", "Time left until the reset.")},
    {"timeout", 1,
     gauge("node_watchdog_timeout_seconds", "Time without a sign of life until the reset.")},
};
constexpr MetricInfo kInfo{
    "node_watchdog_info",
    "What the watchdog is, and its state in words.",
    MetricType::Gauge,
    {"identity", "name", "options", "pretimeout_governor", "state", "status"}};

Result<void> write_watchdogs(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/watchdog");
  const auto names = list_folder(folder, "watchdog");
  if (!names) return names.error();
  if (names->empty()) return no_data(folder + " is empty");
  for (const std::string& name : *names) {
    const std::string device = folder + "/" + name;
    write_attributes(kAttributes, device, {name}, out);
    out.sample(kInfo,
               {text_of(device + "/identity"), name, text_of(device + "/options"),
                text_of(device + "/pretimeout_governor"), text_of(device + "/state"),
                text_of(device + "/status")},
               1);
  }
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_watchdog(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_watchdogs);
}

}  // namespace lapwing::collectors::host
