#include "collectors/host/time.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

namespace {

/// The process's time zone for the length of a test.
class TimeZone {
 public:
  explicit TimeZone(const char* zone) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~TimeZone() {
    if (before_)
      ::setenv("TZ", before_->c_str(), 1);
    else
      ::unsetenv("TZ");
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("time: the clock to the millisecond, and the zone's offset east of UTC") {
  const TimeZone zone("TST-5:30");
  BareHost host;
  host.bed.clock.set(from_millis(1'700'000'000'250));
  CHECK(host.bed.run("time") ==
        Samples{{"node_time_seconds", 1'700'000'000.25},
                {R"(node_time_zone_offset_seconds{time_zone="TST"})", 19'800}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("time: west of UTC the offset is negative") {
  const TimeZone zone("TST5");
  BareHost host;
  CHECK(host.bed.run("time").at(R"(node_time_zone_offset_seconds{time_zone="TST"})") == -18'000);
}

TEST_CASE("time: the offset is that of the day, summer time too") {
  const TimeZone zone("STD-1DST,M3.5.0,M10.5.0");
  BareHost host;
  host.bed.clock.set(from_millis(1'700'000'000'000));  // November 2023
  CHECK(host.bed.run("time").at(R"(node_time_zone_offset_seconds{time_zone="STD"})") == 3'600);
  host.bed.clock.set(from_millis(1'690'000'000'000));  // July 2023
  CHECK(host.bed.run("time").at(R"(node_time_zone_offset_seconds{time_zone="DST"})") == 7'200);
  host.bed.clock.set(from_millis(1'705'000'000'000));  // January 2024
  CHECK(host.bed.run("time").at(R"(node_time_zone_offset_seconds{time_zone="STD"})") == 3'600);
}

TEST_CASE("time: each available clock source, and the one in use") {
  const TimeZone zone("UTC");
  BareHost host;
  const std::string folder = "devices/system/clocksource/clocksource0/";
  host.sys(folder + "available_clocksource", "tsc kvm-clock \n");
  host.sys(folder + "current_clocksource", "kvm-clock\n");
  const Samples found = host.bed.run("time");
  const std::string labels = R"({device="0",clocksource=")";
  CHECK(found.at("node_time_clocksource_available_info" + labels + "tsc\"}") == 1);
  CHECK(found.at("node_time_clocksource_available_info" + labels + "kvm-clock\"}") == 1);
  CHECK(found.at("node_time_clocksource_current_info" + labels + "kvm-clock\"}") == 1);
  CHECK(found.size() == 5);
}

TEST_CASE("time: empty and truncated lists of clock sources add what they hold") {
  BareHost host;
  const std::string folder = "devices/system/clocksource/clocksource0/";
  host.sys(folder + "available_clocksource", "");
  host.sys(folder + "current_clocksource", "ts");
  const Samples found = host.bed.run("time");
  CHECK(found.size() == 3);
  CHECK(found.count(R"(node_time_clocksource_current_info{device="0",clocksource="ts"})") == 1);
  CHECK(host.bed.last.ok());
}
