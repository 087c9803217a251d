#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("powersupplyclass: units, and what it is in words") {
  BareHost host;
  host.sys("class/power_supply/BAT0/type", "Battery\n");
  host.sys("class/power_supply/BAT0/voltage_now", "12229000\n");
  host.sys("class/power_supply/BAT0/temp", "-15\n");
  host.sys("class/power_supply/BAT0/capacity", "full\n");
  CHECK(host.bed.run("powersupplyclass") ==
        Samples{{R"(node_power_supply_voltage_volt{power_supply="BAT0"})", 12.229},
                {R"(node_power_supply_temp_celsius{power_supply="BAT0"})", -1.5},
                {R"(node_power_supply_info{capacity_level="",charge_type="",health="",)"
                 R"(manufacturer="",model_name="",scope="",serial_number="",status="",)"
                 R"(technology="",type="Battery",usb_type="",power_supply="BAT0"})",
                 1}});
}

TEST_CASE("powersupplyclass: those that the setting names are ignored") {
  BareHost host;
  host.sys("class/power_supply/AC/online", "1\n");
  CHECK(host.bed.run(*host.bed.make("powersupplyclass", {{"ignored_supplies", "^AC$"}})).empty());
}
