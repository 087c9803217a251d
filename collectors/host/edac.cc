// edac: errors that memory controllers found and mended or not, from /sys/devices/system/edac
// (Documentation/admin-guide/RAS of the kernel).
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter, {"controller"}};
}
constexpr MetricInfo row_counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter, {"controller", "csrow"}};
}

constexpr Attribute kController[] = {
    {"ce_count", 1,
     counter("node_edac_correctable_errors_total", "Memory errors that were corrected.")},
    {"ue_count", 1,
     counter("node_edac_uncorrectable_errors_total", "Memory errors that were not corrected.")},
};
constexpr MetricInfo kRowCorrected = row_counter("node_edac_csrow_correctable_errors_total",
                                                 "Memory errors of the row that were corrected.");
constexpr MetricInfo kRowUncorrected =
    row_counter("node_edac_csrow_uncorrectable_errors_total",
                "Memory errors of the row that were not corrected.");

void write_pair(const std::string& corrected, const std::string& uncorrected,
                const std::string& controller, const std::string& row, MetricWriter& out) {
  if (const auto count = number_in(corrected)) out.sample(kRowCorrected, {controller, row}, *count);
  if (const auto count = number_in(uncorrected))
    out.sample(kRowUncorrected, {controller, row}, *count);
}

Result<void> write_edac(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("devices/system/edac/mc");
  const auto controllers = list_folder(folder, "mc");
  if (!controllers) return controllers.error();
  for (const std::string& name : *controllers) {
    const std::string device = folder + "/" + name;
    const std::string controller = name.substr(2);
    if (controller.empty() || !number_of(controller)) continue;
    write_attributes(kController, device, {controller}, out);
    // What the controller could not say the row of.
    write_pair(device + "/ce_noinfo_count", device + "/ue_noinfo_count", controller, "unknown",
               out);
    const auto rows = list_folder(device, "csrow");
    if (!rows) continue;
    for (const std::string& row : *rows)
      write_pair(device + "/" + row + "/ce_count", device + "/" + row + "/ue_count", controller,
                 row.substr(5), out);
  }
  if (out.size() == 0) return no_data(folder + " has no controller");
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_edac(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_edac);
}

}  // namespace lapwing::collectors::host
