#include "collectors/services/service_totals.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::collectors::services;
using lapwing::testing::Samples;

namespace {

Samples written(const ServiceTotals& totals) {
  MetricWriter writer(10'000);
  writer.begin();
  totals.write(writer);
  return lapwing::testing::samples_of(writer);
}

CounterSet user_seconds(std::uint64_t seconds) {
  CounterSet set;
  set.add(Counter::UserMicros, seconds * 1'000'000);
  return set;
}

constexpr const char* kA = R"(service_cpu_seconds_total{service="a",mode="user"})";
constexpr const char* kB = R"(service_cpu_seconds_total{service="b",mode="user"})";
constexpr const char* kOther = R"(service_cpu_seconds_total{service="other",mode="user"})";

}  // namespace

TEST_CASE("service_totals: no counter falls and each use is in one, whoever is among the first") {
  ServiceNames names;
  const ServiceId a = names.resolve({"a"}, 1);
  const ServiceId b = names.resolve({"b"}, 1);
  ServiceTotals totals(names);
  totals.count(a, user_seconds(10));
  totals.count(b, user_seconds(5));
  CHECK(written(totals).at(kA) == 10);
  CHECK(written(totals).at(kOther) == 5);
  names.set_own_series(a, false);
  names.set_own_series(b, true);
  totals.count(a, user_seconds(1));
  totals.count(b, user_seconds(2));
  Samples samples = written(totals);
  CHECK_FALSE(samples.contains(kA));
  CHECK(samples.at(kB) == 2);
  CHECK(samples.at(kOther) == 6);
  names.set_own_series(b, false);
  names.set_own_series(a, true);
  totals.count(a, user_seconds(3));
  samples = written(totals);
  CHECK(samples.at(kA) == 13);
  CHECK(samples.at(kOther) == 6);
}

TEST_CASE("service_totals: what is not known is not shown, and no process is a number") {
  ServiceNames names;
  const ServiceId a = names.resolve({"a", ServiceKind::Unit}, 9);
  ServiceTotals totals(names);
  Samples samples = written(totals);
  CHECK(samples.at(R"(service_processes{service="a"})") == 0);
  CHECK(samples.at(R"(service_info{service="a",kind="unit"})") == 1);
  CHECK_FALSE(samples.contains(kA));
  GaugeSet gauges;
  gauges.add(Gauge::Processes, 3);
  gauges.add(Gauge::LimitBytes, 4096);
  totals.add(a, gauges);
  totals.set_descriptor_share(a, 0.25);
  totals.set_descriptor_share(a, 0.125);
  totals.set_start(a, from_millis(1'700'000'000'000));
  samples = written(totals);
  CHECK(samples.at(R"(service_processes{service="a"})") == 3);
  CHECK(samples.at(R"(service_memory_limit_bytes{service="a"})") == 4096);
  CHECK(samples.at(R"(service_fd_usage_ratio{service="a"})") == 0.25);
  CHECK(samples.at(R"(service_start_time_seconds{service="a"})") == 1'700'000'000);
  totals.begin();
  CHECK(written(totals).at(R"(service_processes{service="a"})") == 0);
}

TEST_CASE("service_totals: what makes no sense for several is not shown for the others") {
  ServiceNames names;
  const ServiceId a = names.resolve({"a"}, 0);
  ServiceTotals totals(names);
  CounterSet set = user_seconds(1);
  set.add(Counter::Restarts, 1);
  set.add(Counter::IoWaitingMicros, 1);
  set.add(Counter::OomKills, 2);
  totals.count(a, set);
  const Samples samples = written(totals);
  CHECK(samples.at(R"(service_oom_kills_total{service="other"})") == 2);
  CHECK_FALSE(samples.contains(R"(service_restarts_total{service="other"})"));
  CHECK_FALSE(
      samples.contains(R"(service_pressure_waiting_seconds_total{service="other",resource="io"})"));
}
