// hwmon: sensors of temperature, fans, voltage and power, from /sys/class/hwmon
// (Documentation/hwmon/sysfs-interface.rst of the kernel). Reading one can wait for the hardware.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/model/series.h"

namespace lapwing::collectors::host {

/// What a sensor's file is of: "temp1_crit_alarm" is temp, 1, crit_alarm.
struct SensorFile {
  std::string_view type;
  std::string_view number;    ///< empty: the file has none
  std::string_view property;  ///< empty: the value itself, as of pwm1
};

/// Nothing when the file belongs to no sensor.
std::optional<SensorFile> parse_sensor_file(std::string_view name);

/// How node_exporter shows a property: name, unit and scale.
struct SensorMetric {
  std::string name;
  double factor = 1;
  MetricType type = MetricType::Gauge;
};

/// `has_own_value`: the sensor has a file without property beside that of the input.
SensorMetric sensor_metric(std::string_view type, std::string_view property, bool has_own_value);

}  // namespace lapwing::collectors::host
