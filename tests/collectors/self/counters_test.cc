// counters has no header of its own: it is what collectors/self/factories.h makes.
#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::testing;

TEST_CASE("counters: without any there are no samples, and that is no failure") {
  HostBed bed;
  CHECK(bed.run("counters").empty());
  CHECK(bed.last.ok());
}

TEST_CASE("counters: counters and gauges with their labels, in their newest state") {
  HostBed bed;
  const auto collector = bed.make("counters");
  const auto things = bed.registry.counter("lapwing_things_total", "Things.", {{"kind", "a"}});
  bed.registry.counter("lapwing_things_total", "Things.", {{"kind", "b"}});
  bed.registry.gauge("lapwing_level", "Level.").set(-2.5);
  things.add(3);
  CHECK(bed.run(*collector) == Samples{{R"(lapwing_things_total{kind="a"})", 3},
                                       {R"(lapwing_things_total{kind="b"})", 0},
                                       {"lapwing_level", -2.5}});
  things.add();
  CHECK(bed.run(*collector).at(R"(lapwing_things_total{kind="a"})") == 4);
}

TEST_CASE("counters: a family may have metrics with different labels") {
  HostBed bed;
  bed.registry.counter("lapwing_things_total", "Things.", {{"kind", "a"}}).add(1);
  bed.registry.counter("lapwing_things_total", "Things.", {{"place", "a"}}).add(2);
  CHECK(bed.run("counters") == Samples{{R"(lapwing_things_total{kind="a"})", 1},
                                       {R"(lapwing_things_total{place="a"})", 2}});
}

TEST_CASE("counters: a histogram is its buckets, sum and count") {
  HostBed bed;
  const auto histogram = bed.registry.histogram("lapwing_wait_seconds", "Waits.", {0.1, 1});
  histogram.observe(0.05);
  histogram.observe(5);
  CHECK(bed.run("counters") == Samples{{R"(lapwing_wait_seconds_bucket{le="0.1"})", 1},
                                       {R"(lapwing_wait_seconds_bucket{le="1"})", 1},
                                       {R"(lapwing_wait_seconds_bucket{le="+Inf"})", 2},
                                       {"lapwing_wait_seconds_sum", 5.05},
                                       {"lapwing_wait_seconds_count", 2}});
}

TEST_CASE("counters: types and help go along") {
  HostBed bed;
  bed.registry.counter("lapwing_things_total", "Things.");
  bed.registry.gauge("lapwing_level", "Level.");
  const auto collector = bed.make("counters");
  collectors::MetricWriter writer(100);
  writer.begin();
  REQUIRE(collector->collect(writer).ok());
  const auto snapshot = writer.snapshot("counters", bed.clock.now(), 5s);
  REQUIRE(snapshot->layout->families.size() == 2);
  CHECK(snapshot->layout->families[0].name == "lapwing_level");
  CHECK(snapshot->layout->families[0].type == MetricType::Gauge);
  CHECK(snapshot->layout->families[1].type == MetricType::Counter);
  CHECK(snapshot->layout->families[1].help == "Things.");
}
