#include "collectors/host/cpu_topology.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kOnline{
    "node_cpu_online", "Whether the CPU is on line.", MetricType::Gauge, {"cpu"}};
constexpr MetricInfo kIsolated{
    "node_cpu_isolated", "Whether the scheduler leaves the CPU alone.", MetricType::Gauge, {"cpu"}};
constexpr MetricInfo kCoreThrottles{"node_cpu_core_throttles_total",
                                    "How often the core was slowed down for heat.",
                                    MetricType::Counter,
                                    {"core", "package"}};
constexpr MetricInfo kPackageThrottles{"node_cpu_package_throttles_total",
                                       "How often the package was slowed down for heat.",
                                       MetricType::Counter,
                                       {"package"}};

void write_throttles(const std::string& device, std::set<std::string>& cores_seen,
                     std::set<std::string>& packages_seen, MetricWriter& out) {
  const std::string package = text_of(device + "/topology/physical_package_id");
  const std::string core = text_of(device + "/topology/core_id");
  if (package.empty() || core.empty()) return;
  // CPUs that share a core tell the same.
  if (cores_seen.insert(package + "/" + core).second)
    if (const auto count = number_in(device + "/thermal_throttle/core_throttle_count"))
      out.sample(kCoreThrottles, {core, package}, *count);
  if (packages_seen.insert(package).second)
    if (const auto count = number_in(device + "/thermal_throttle/package_throttle_count"))
      out.sample(kPackageThrottles, {package}, *count);
}

Result<void> write_topology(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("devices/system/cpu");
  const auto names = list_folder(folder, "cpu");
  if (!names) return names.error();
  std::set<std::string> cores;
  std::set<std::string> packages;
  for (const std::string& name : *names) {
    const std::string cpu = name.substr(3);
    if (!number_of(cpu)) continue;
    const std::string device = folder + "/" + name;
    // The first CPU often has no such file: it cannot be taken off line.
    if (const auto online = number_in(device + "/online")) out.sample(kOnline, {cpu}, *online);
    write_throttles(device, cores, packages, out);
  }
  const auto isolated = parse_cpu_list(text_of(folder + "/isolated"));
  if (!isolated) return Error(isolated.error()).in(folder + "/isolated");
  for (const std::uint32_t cpu : *isolated) out.sample(kIsolated, {std::to_string(cpu)}, 1);
  if (out.size() == 0) return no_data(folder + " tells neither state nor heat of CPUs");
  return {};
}

}  // namespace

Result<std::vector<std::uint32_t>> parse_cpu_list(std::string_view text) {
  std::vector<std::uint32_t> cpus;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view range = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t dash = std::min(range.find('-'), range.size());
    Scanner first(range.substr(0, dash));
    Scanner last(dash == range.size() ? range : range.substr(dash + 1));
    const std::uint64_t from = first.u64();
    const std::uint64_t to = last.u64();
    if (auto done = first.done(); !done) return std::move(done).error();
    if (auto done = last.done(); !done) return std::move(done).error();
    if (from > to || to >= kCpuLimit)
      return invalid("not a range of CPUs: " + std::string(range.substr(0, 40)));
    if (cpus.size() + (to - from) >= kCpuLimit) return invalid("too many CPUs");
    for (std::uint64_t cpu = from; cpu <= to; ++cpu) cpus.push_back(std::uint32_t(cpu));
  }
  return cpus;
}

std::unique_ptr<Collector> make_cpu_topology(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_topology);
}

}  // namespace lapwing::collectors::host
