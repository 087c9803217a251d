#include "collectors/host/hwmon.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
using namespace lapwing::collectors::host;

TEST_CASE("hwmon: files of sensors are told from others") {
  const auto file = parse_sensor_file("temp12_crit_alarm");
  REQUIRE(file.has_value());
  CHECK(file->type == "temp");
  CHECK(file->number == "12");
  CHECK(file->property == "crit_alarm");
  CHECK(parse_sensor_file("pwm1")->property.empty());
  CHECK(parse_sensor_file("update_interval")->number.empty());
  for (const char* name : {"", "name", "1", "temp1x", "temp1_", "uevent", "power"})
    if (std::string_view(name) != "power") CHECK_FALSE(parse_sensor_file(name).has_value());
}

TEST_CASE("hwmon: units follow the sensor and the property") {
  CHECK(sensor_metric("temp", "crit_hyst", false).name == "node_hwmon_temp_crit_hyst_celsius");
  CHECK(sensor_metric("temp", "alarm", false).name == "node_hwmon_temp_alarm");
  CHECK(sensor_metric("fan", "min", false).name == "node_hwmon_fan_min_rpm");
  CHECK(sensor_metric("fan", "div", false).name == "node_hwmon_fan_div");
  CHECK(sensor_metric("energy", "input", false).type == MetricType::Counter);
  CHECK(sensor_metric("power", "average_interval_max", false).name ==
        "node_hwmon_power_average_interval_max_seconds");
  CHECK(sensor_metric("pwm", "input", true).name == "node_hwmon_pwm_input");
}

TEST_CASE("hwmon: a chip is named by where its device is, which no order of drivers changes") {
  BareHost host;
  host.sys("devices/platform/coretemp.0/hwmon/hwmon7/temp1_input", "48000\n");
  host.sys("devices/platform/coretemp.0/hwmon/hwmon7/name", "coretemp\n");
  host.sys("class/hwmon/keep", "");
  std::filesystem::create_symlink(
      "../..", host.folder / "sys/devices/platform/coretemp.0/hwmon/hwmon7/device");
  std::filesystem::create_symlink("../../devices/platform/coretemp.0/hwmon/hwmon7",
                                  host.folder / "sys/class/hwmon/hwmon7");
  const Samples found = host.bed.run("hwmon");
  CHECK(found.at(R"(node_hwmon_temp_celsius{chip="platform_coretemp_0",sensor="temp1"})") == 48);
  CHECK(found.at(R"(node_hwmon_chip_names{chip="platform_coretemp_0",chip_name="coretemp"})") == 1);
}

TEST_CASE("hwmon: a sensor that cannot be read takes nothing else with it") {
  BareHost host;
  host.sys("class/hwmon/hwmon0/name", "chip\n");
  host.sys("class/hwmon/hwmon0/temp1_input", "");
  host.sys("class/hwmon/hwmon0/temp2_input", "fault\n");
  host.sys("class/hwmon/hwmon0/fan1_input", "900\n");
  const Samples found = host.bed.run("hwmon");
  CHECK(host.bed.last.ok());
  CHECK(found == Samples{{R"(node_hwmon_chip_names{chip="chip",chip_name="chip"})", 1},
                         {R"(node_hwmon_fan_rpm{chip="chip",sensor="fan1"})", 900}});
}
