#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("cpufreq: kilohertz become hertz; folders that are no CPU are passed over") {
  BareHost host;
  host.sys("devices/system/cpu/cpu3/cpufreq/scaling_cur_freq", "1600000\n");
  host.sys("devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave\n");
  host.sys("devices/system/cpu/cpu3/cpufreq/scaling_available_governors",
           "performance powersave\n");
  host.sys("devices/system/cpu/cpufreq/cpufreq/scaling_cur_freq", "1\n");
  CHECK(host.bed.run("cpufreq") ==
        Samples{{R"(node_cpu_scaling_frequency_hertz{cpu="3"})", 1.6e9},
                {R"(node_cpu_scaling_governor{cpu="3",governor="performance"})", 0},
                {R"(node_cpu_scaling_governor{cpu="3",governor="powersave"})", 1}});
}

TEST_CASE("cpufreq: CPUs without a driver are no data") {
  BareHost host;
  host.sys("devices/system/cpu/cpu0/online", "1\n");
  host.bed.run("cpufreq");
  CHECK(host.bed.failed(ErrorKind::NoData));
}
