// cpufreq: frequencies and governors of CPUs, from /sys/devices/system/cpu/cpuN/cpufreq
// (Documentation/admin-guide/pm/cpufreq.rst of the kernel). The driver may ask the hardware.
#include <algorithm>
#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kHertzPerKilohertz = 1000;

constexpr Attribute frequency(std::string_view file, std::string_view name, std::string_view help) {
  return {file, kHertzPerKilohertz, {name, help, MetricType::Gauge, {"cpu"}}};
}

constexpr Attribute kFrequencies[] = {
    frequency("cpuinfo_cur_freq", "node_cpu_frequency_hertz",
              "Frequency that the hardware says the CPU runs at."),
    frequency("cpuinfo_min_freq", "node_cpu_frequency_min_hertz",
              "Lowest frequency that the hardware has."),
    frequency("cpuinfo_max_freq", "node_cpu_frequency_max_hertz",
              "Highest frequency that the hardware has."),
    frequency("scaling_cur_freq", "node_cpu_scaling_frequency_hertz",
              "Frequency that the governor chose last."),
    frequency("scaling_min_freq", "node_cpu_scaling_frequency_min_hertz",
              "Lowest frequency that the governor may choose."),
    frequency("scaling_max_freq", "node_cpu_scaling_frequency_max_hertz",
              "Highest frequency that the governor may choose."),
};
constexpr MetricInfo kGovernor{"node_cpu_scaling_governor",
                               "Whether the governor is the one that chooses frequencies.",
                               MetricType::Gauge,
                               {"cpu", "governor"}};

Result<void> write_frequencies(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("devices/system/cpu");
  const auto names = list_folder(folder, "cpu");
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const std::string cpu = name.substr(3);
    if (cpu.empty() ||
        !std::all_of(cpu.begin(), cpu.end(), [](char c) { return c >= '0' && c <= '9'; }))
      continue;
    const std::string device = folder + "/" + name + "/cpufreq";
    write_attributes(kFrequencies, device, {cpu}, out);
    const std::string governor = text_of(device + "/scaling_governor");
    if (governor.empty()) continue;
    const std::string available = text_of(device + "/scaling_available_governors");
    Scanner list(available);
    for (list.skip_blanks(); !list.at_end() && !list.failed(); list.skip_blanks()) {
      const std::string_view one = list.word();
      out.sample(kGovernor, {cpu, one}, one == governor ? 1 : 0);
    }
  }
  if (out.size() == 0) return no_data("no CPU in " + folder + " has a frequency driver");
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_cpufreq(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_frequencies);
}

}  // namespace lapwing::collectors::host
