// dmi: what machine this is, from /sys/class/dmi/id (drivers/firmware/dmi-id.c of the kernel).
// Serial numbers are readable for root alone and are left out elsewhere.
#include <array>
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kInfo{
    "node_dmi_info",
    "What the machine's firmware says of it.",
    MetricType::Gauge,
    {"bios_date",      "bios_release",   "bios_vendor",     "bios_version",    "board_asset_tag",
     "board_name",     "board_serial",   "board_vendor",    "board_version",   "chassis_asset_tag",
     "chassis_serial", "chassis_vendor", "chassis_version", "product_family",  "product_name",
     "product_serial", "product_sku",    "product_uuid",    "product_version", "system_vendor"}};

Result<void> write_dmi(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/dmi/id");
  if (const auto names = list_folder(folder); !names) return names.error();
  std::array<std::string, kMetricLabelLimit> texts;
  std::array<std::string_view, kMetricLabelLimit> labels;
  for (std::size_t i = 0; i < kInfo.label_count; ++i) {
    const std::string_view label = kInfo.label_names[i];
    texts[i] = text_of(folder + "/" + std::string(label == "system_vendor" ? "sys_vendor" : label));
    labels[i] = texts[i];
  }
  out.sample(kInfo, std::span<const std::string_view>(labels.data(), kInfo.label_count), 1);
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_dmi(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_dmi);
}

}  // namespace lapwing::collectors::host
