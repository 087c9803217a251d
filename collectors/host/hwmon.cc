#include "collectors/host/hwmon.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kMilli = 1e-3;
constexpr double kMicro = 1e-6;

constexpr std::array<std::string_view, 13> kSensorTypes = {
    "vrm",  "beep_enable", "update_interval", "in",     "cpu",      "fan",      "pwm",
    "temp", "curr",        "power",           "energy", "humidity", "intrusion"};

constexpr MetricInfo kChipName{"node_hwmon_chip_names",
                               "The name that the chip's driver gives itself.",
                               MetricType::Gauge,
                               {"chip", "chip_name"}};
constexpr MetricInfo kSensorLabel{"node_hwmon_sensor_label",
                                  "What the driver says that the sensor measures.",
                                  MetricType::Gauge,
                                  {"chip", "label", "sensor"}};

using Properties = std::map<std::string, std::string, std::less<>>;

struct Sensor {
  std::string type;
  Properties properties;
};
using Sensors = std::map<std::string, Sensor, std::less<>>;

void read_sensors(const std::string& folder, Sensors& sensors) {
  const auto names = list_folder(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto file = parse_sensor_file(name);
    if (!file) continue;
    std::string text = text_of(folder + "/" + name);
    if (text.empty()) continue;
    const std::string number = file->number.empty() ? "0" : std::string(file->number);
    Sensor& sensor = sensors[std::string(file->type) + number];
    sensor.type = file->type;
    sensor.properties[std::string(file->property)] = std::move(text);
  }
}

class HwmonCollector final : public Collector {
 public:
  explicit HwmonCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_sys("class/hwmon")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto chips = list_folder(folder_);
    if (!chips) return chips.error();
    if (chips->empty()) return no_data(folder_ + " is empty");
    for (const std::string& chip : *chips) write_chip(folder_ + "/" + chip, chip, out);
    return {};
  }

 private:
  // The number of hwmonN depends on the order of drivers: the place of the device does not.
  static std::string chip_label(const std::string& folder, const std::string& name) {
    std::error_code error;
    const std::filesystem::path device =
        std::filesystem::canonical(std::filesystem::path(folder) / "device", error);
    if (!error) {
      std::string place = clean_name(device.filename().string());
      const std::string bus = clean_name(device.parent_path().filename().string());
      if (!bus.empty() && !place.empty()) return bus + "_" + place;
      if (!place.empty()) return place;
    }
    const std::string driver = clean_name(text_of(folder + "/name"));
    return driver.empty() ? clean_name(name) : driver;
  }

  void write_chip(const std::string& folder, const std::string& name, MetricWriter& out) {
    const std::string chip = chip_label(folder, name);
    Sensors sensors;
    read_sensors(folder, sensors);
    // Drivers older than the kernel's 2.6.31 keep the sensors' files beside the device's.
    read_sensors(folder + "/device", sensors);
    if (const std::string driver = clean_name(text_of(folder + "/name")); !driver.empty())
      out.sample(kChipName, {chip, driver}, 1);
    for (const auto& [sensor, data] : sensors) {
      if (const auto label = data.properties.find("label"); label != data.properties.end())
        out.sample(kSensorLabel, {chip, label->second, sensor}, 1);
      write_sensor(chip, sensor, data, out);
    }
  }

  void write_sensor(const std::string& chip, const std::string& sensor, const Sensor& data,
                    MetricWriter& out) {
    const bool has_own_value = data.properties.contains("");
    for (const auto& [property, text] : data.properties) {
      if (property == "label") continue;
      const auto value = number_of(text);
      if (!value) continue;
      const Metric& metric = metric_of(data.type, property, has_own_value);
      out.sample(*metric.info, {chip, sensor}, *value * metric.factor);
    }
  }

  struct Metric {
    const MetricInfo* info;
    double factor;
  };

  const Metric& metric_of(const std::string& type, const std::string& property,
                          bool has_own_value) {
    const std::string key = type + "\n" + property + (has_own_value ? "\n" : "");
    if (const auto found = metrics_.find(key); found != metrics_.end()) return found->second;
    const SensorMetric metric = sensor_metric(type, property, has_own_value);
    const auto known = infos_.find(metric.name);
    const MetricInfo* info = known.known
                                 ? known.info
                                 : &infos_.add(metric.name, metric.name,
                                               "Sensor of type " + type + ": " +
                                                   (property.empty() ? "value" : property) + ".",
                                               metric.type, {"chip", "sensor"});
    return metrics_.emplace(key, Metric{info, metric.factor}).first->second;
  }

  const std::string folder_;
  std::map<std::string, Metric, std::less<>> metrics_;
  NamedMetrics infos_;
};

}  // namespace

std::optional<SensorFile> parse_sensor_file(std::string_view name) {
  const std::size_t digits = std::min(name.find_first_of("0123456789"), name.size());
  SensorFile file;
  if (digits == name.size()) {
    file.type = name;
  } else {
    file.type = name.substr(0, digits);
    const std::size_t end = std::min(name.find_first_not_of("0123456789", digits), name.size());
    file.number = name.substr(digits, end - digits);
    const std::string_view rest = name.substr(end);
    if (!rest.empty() && (rest.front() != '_' || rest.size() == 1)) return std::nullopt;
    if (!rest.empty()) file.property = rest.substr(1);
  }
  if (std::find(kSensorTypes.begin(), kSensorTypes.end(), file.type) == kSensorTypes.end())
    return std::nullopt;
  return file;
}

SensorMetric sensor_metric(std::string_view type, std::string_view property, bool has_own_value) {
  const std::string prefix = "node_hwmon_" + std::string(type);
  if (type == "beep_enable") return {"node_hwmon_beep_enabled"};
  if (type == "vrm") return {"node_hwmon_voltage_regulator_version"};
  if (type == "update_interval") return {"node_hwmon_update_interval_seconds", kMilli};
  std::string name = prefix;
  if (property == "input")
    name += has_own_value ? "_input" : "";
  else if (!property.empty())
    name += "_" + clean_name(property);
  if (property == "fault" || property == "alarm") return {name};
  if (property == "beep") return {name + "_enabled"};
  if (type == "in" || type == "cpu") return {name + "_volts", kMilli};
  // Also of alarms such as crit_alarm, which node_exporter takes for temperatures: dashboards ask
  // for temp_crit_alarm_celsius.
  if (type == "temp" && property != "type") return {name + "_celsius", kMilli};
  if (type == "curr") return {name + "_amps", kMilli};
  if (type == "energy") return {name + "_joule_total", kMicro, MetricType::Counter};
  if (type == "power" && property == "accuracy") return {name, kMicro};
  if (type == "power" && property.starts_with("average_interval"))
    return {name + "_seconds", kMilli};
  if (type == "power") return {name + "_watt", kMicro};
  if (type == "humidity") return {name, kMicro};
  static constexpr std::array<std::string_view, 4> kSpeeds = {"input", "min", "max", "target"};
  if (type == "fan" && std::find(kSpeeds.begin(), kSpeeds.end(), property) != kSpeeds.end())
    return {name + "_rpm"};
  return {name};
}

std::unique_ptr<Collector> make_hwmon(const FactoryInput& input) {
  return std::make_unique<HwmonCollector>(input);
}

}  // namespace lapwing::collectors::host
