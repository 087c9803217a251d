// ksmd: merging of equal pages, from /sys/kernel/mm/ksm (Documentation/admin-guide/mm/ksm.rst of
// the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge};
}
constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter};
}

constexpr Attribute kAttributes[] = {
    {"full_scans", 1, counter("node_ksmd_full_scans_total", "How often all areas were scanned.")},
    {"merge_across_nodes", 1,
     gauge("node_ksmd_merge_across_nodes", "Whether pages of different nodes are merged.")},
    {"pages_shared", 1, gauge("node_ksmd_pages_shared", "Shared pages.")},
    {"pages_sharing", 1, gauge("node_ksmd_pages_sharing", "Places that share pages.")},
    {"pages_to_scan", 1, gauge("node_ksmd_pages_to_scan", "Pages to scan before a pause.")},
    {"pages_unshared", 1,
     gauge("node_ksmd_pages_unshared", "Pages that were looked at and are like no other.")},
    {"pages_volatile", 1, gauge("node_ksmd_pages_volatile", "Pages that change too fast.")},
    {"run", 1, gauge("node_ksmd_run", "What the thread does: 0 stopped, 1 runs, 2 undoes.")},
    {"sleep_millisecs", 1e-3, gauge("node_ksmd_sleep_seconds", "The pause between scans.")},
};

Result<void> write_merging(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("kernel/mm/ksm");
  write_attributes(kAttributes, folder, {}, out);
  if (out.size() == 0) return no_data(folder + " is not there");
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_ksmd(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_merging);
}

}  // namespace lapwing::collectors::host
