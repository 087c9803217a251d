// powersupplyclass: batteries and mains, from /sys/class/power_supply
// (Documentation/ABI/testing/sysfs-class-power of the kernel).
#include <array>
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/host/folder.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo supply(std::string_view name) {
  return {name,
          "Property of the power supply, by the name of its file.",
          MetricType::Gauge,
          {"power_supply"}};
}

// The kernel counts in millionths of volt, ampere and watt, and in tenths of degrees.
constexpr Attribute kAttributes[] = {
    {"authentic", 1, supply("node_power_supply_authentic")},
    {"calibrate", 1, supply("node_power_supply_calibrate")},
    {"capacity", 1, supply("node_power_supply_capacity")},
    {"capacity_alert_max", 1, supply("node_power_supply_capacity_alert_max")},
    {"capacity_alert_min", 1, supply("node_power_supply_capacity_alert_min")},
    {"cycle_count", 1, supply("node_power_supply_cyclecount")},
    {"online", 1, supply("node_power_supply_online")},
    {"present", 1, supply("node_power_supply_present")},
    {"time_to_empty_now", 1, supply("node_power_supply_time_to_empty_seconds")},
    {"time_to_full_now", 1, supply("node_power_supply_time_to_full_seconds")},
    {"current_boot", 1e-6, supply("node_power_supply_current_boot")},
    {"current_max", 1e-6, supply("node_power_supply_current_max")},
    {"current_now", 1e-6, supply("node_power_supply_current_ampere")},
    {"energy_empty", 1e-6, supply("node_power_supply_energy_empty")},
    {"energy_empty_design", 1e-6, supply("node_power_supply_energy_empty_design")},
    {"energy_full", 1e-6, supply("node_power_supply_energy_full")},
    {"energy_full_design", 1e-6, supply("node_power_supply_energy_full_design")},
    {"energy_now", 1e-6, supply("node_power_supply_energy_watthour")},
    {"voltage_boot", 1e-6, supply("node_power_supply_voltage_boot")},
    {"voltage_max", 1e-6, supply("node_power_supply_voltage_max")},
    {"voltage_max_design", 1e-6, supply("node_power_supply_voltage_max_design")},
    {"voltage_min", 1e-6, supply("node_power_supply_voltage_min")},
    {"voltage_min_design", 1e-6, supply("node_power_supply_voltage_min_design")},
    {"voltage_now", 1e-6, supply("node_power_supply_voltage_volt")},
    {"voltage_ocv", 1e-6, supply("node_power_supply_voltage_ocv")},
    {"charge_control_limit", 1e-6, supply("node_power_supply_charge_control_limit")},
    {"charge_control_limit_max", 1e-6, supply("node_power_supply_charge_control_limit_max")},
    {"charge_counter", 1e-6, supply("node_power_supply_charge_counter")},
    {"charge_empty", 1e-6, supply("node_power_supply_charge_empty")},
    {"charge_empty_design", 1e-6, supply("node_power_supply_charge_empty_design")},
    {"charge_full", 1e-6, supply("node_power_supply_charge_full")},
    {"charge_full_design", 1e-6, supply("node_power_supply_charge_full_design")},
    {"charge_now", 1e-6, supply("node_power_supply_charge_ampere")},
    {"charge_term_current", 1e-6, supply("node_power_supply_charge_term_current")},
    {"constant_charge_current", 1e-6, supply("node_power_supply_constant_charge_current")},
    {"constant_charge_current_max", 1e-6, supply("node_power_supply_constant_charge_current_max")},
    {"constant_charge_voltage", 1e-6, supply("node_power_supply_constant_charge_voltage")},
    {"constant_charge_voltage_max", 1e-6, supply("node_power_supply_constant_charge_voltage_max")},
    {"precharge_current", 1e-6, supply("node_power_supply_precharge_current")},
    {"input_current_limit", 1e-6, supply("node_power_supply_input_current_limit")},
    {"power_now", 1e-6, supply("node_power_supply_power_watt")},
    {"temp", 0.1, supply("node_power_supply_temp_celsius")},
    {"temp_alert_max", 0.1, supply("node_power_supply_temp_alert_max_celsius")},
    {"temp_alert_min", 0.1, supply("node_power_supply_temp_alert_min_celsius")},
    {"temp_ambient", 0.1, supply("node_power_supply_temp_ambient_celsius")},
    {"temp_ambient_max", 0.1, supply("node_power_supply_temp_ambient_max_celsius")},
    {"temp_ambient_min", 0.1, supply("node_power_supply_temp_ambient_min_celsius")},
    {"temp_max", 0.1, supply("node_power_supply_temp_max_celsius")},
    {"temp_min", 0.1, supply("node_power_supply_temp_min_celsius")},
};

constexpr std::array<std::string_view, 11> kTexts = {
    "capacity_level", "charge_type", "health",     "manufacturer", "model_name", "scope",
    "serial_number",  "status",      "technology", "type",         "usb_type"};
constexpr MetricInfo kInfo{
    "node_power_supply_info",
    "What the power supply is, and its state in words.",
    MetricType::Gauge,
    {"capacity_level", "charge_type", "health", "manufacturer", "model_name", "scope",
     "serial_number", "status", "technology", "type", "usb_type", "power_supply"}};

class PowerSupplyCollector final : public Collector {
 public:
  explicit PowerSupplyCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_sys("class/power_supply")),
        ignored_(input, "ignored_supplies") {}

  Result<void> collect(MetricWriter& out) override {
    const auto names = list_folder(folder_);
    if (!names) return names.error();
    if (names->empty()) return no_data(folder_ + " is empty");
    for (const std::string& name : *names) {
      if (ignored_.matches(name)) continue;
      const std::string device = folder_ + "/" + name;
      write_attributes(kAttributes, device, {name}, out);
      std::array<std::string, kTexts.size()> texts;
      std::array<std::string_view, kTexts.size() + 1> labels;
      for (std::size_t i = 0; i < kTexts.size(); ++i) {
        texts[i] = text_of(device + "/" + std::string(kTexts[i]));
        labels[i] = texts[i];
      }
      labels.back() = name;
      out.sample(kInfo, labels, 1);
    }
    return {};
  }

 private:
  const std::string folder_;
  Filter ignored_;
};

}  // namespace

std::unique_ptr<Collector> make_powersupplyclass(const FactoryInput& input) {
  return std::make_unique<PowerSupplyCollector>(input);
}

}  // namespace lapwing::collectors::host
