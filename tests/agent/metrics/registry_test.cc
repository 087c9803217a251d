#include "agent/metrics/registry.h"

#include <catch2/catch.hpp>
#include <thread>

namespace lapwing::metrics {

TEST_CASE("registry: asking again for the same name and labels gives the same metric") {
  Registry registry;
  const Counter first = registry.counter("lapwing_things_total", "Things.", {{"kind", "a"}});
  const Counter again = registry.counter("lapwing_things_total", "Other.", {{"kind", "a"}});
  const Counter other = registry.counter("lapwing_things_total", "Things.", {{"kind", "b"}});
  first.add();
  again.add(2);
  CHECK(first.value() == 3);
  CHECK(other.value() == 0);
  const auto families = registry.gather();
  REQUIRE(families.size() == 1);
  CHECK(families[0].help == "Things.");
  REQUIRE(families[0].samples.size() == 2);
  CHECK(families[0].samples[0].labels == LabelPairs{{"kind", "a"}});
  CHECK(families[0].samples[0].value == 3);
}

TEST_CASE("registry: the order of labels does not make another metric") {
  Registry registry;
  registry.gauge("lapwing_level", "", {{"a", "1"}, {"b", "2"}}).set(4);
  CHECK(registry.gauge("lapwing_level", "", {{"b", "2"}, {"a", "1"}}).value() == 4);
  CHECK(registry.gather().at(0).samples.size() == 1);
}

TEST_CASE("registry: a counter never goes down") {
  Registry registry;
  const Counter counter = registry.counter("lapwing_things_total", "");
  counter.add(5);
  counter.add(-3);
  CHECK(counter.value() == 5);
}

TEST_CASE("registry: gauges are set and moved") {
  Registry registry;
  const Gauge gauge = registry.gauge("lapwing_level", "");
  gauge.set(2);
  gauge.add(-3.5);
  CHECK(gauge.value() == -1.5);
}

TEST_CASE("registry: families are gathered in the order of their names, with their types") {
  Registry registry;
  registry.gauge("lapwing_b", "B.");
  registry.counter("lapwing_c_total", "C.");
  registry.histogram("lapwing_a_seconds", "A.", {1});
  const auto families = registry.gather();
  REQUIRE(families.size() == 3);
  CHECK(families[0].name == "lapwing_a_seconds");
  CHECK(families[0].type == FamilyType::Histogram);
  CHECK(families[1].name == "lapwing_b");
  CHECK(families[1].type == FamilyType::Gauge);
  CHECK(families[2].name == "lapwing_c_total");
  CHECK(families[2].type == FamilyType::Counter);
}

TEST_CASE("registry: a histogram gives cumulative buckets, sum and count") {
  Registry registry;
  const Histogram histogram =
      registry.histogram("lapwing_work_seconds", "Work.", {0.1, 2.5}, {{"part", "x"}});
  histogram.observe(0.05);
  histogram.observe(1);
  histogram.observe(9);
  const auto families = registry.gather();
  REQUIRE(families.size() == 1);
  const auto& samples = families[0].samples;
  REQUIRE(samples.size() == 5);
  CHECK(samples[0].name == "lapwing_work_seconds_bucket");
  CHECK(samples[0].labels == LabelPairs{{"part", "x"}, {"le", "0.1"}});
  CHECK(samples[0].value == 1);
  CHECK(samples[1].labels.back().second == "2.5");
  CHECK(samples[1].value == 2);
  CHECK(samples[2].labels.back().second == "+Inf");
  CHECK(samples[2].value == 3);
  CHECK(samples[3].name == "lapwing_work_seconds_sum");
  CHECK(samples[3].value == 10.05);
  CHECK(samples[4].name == "lapwing_work_seconds_count");
  CHECK(samples[4].value == 3);
}

TEST_CASE("registry: threads may count at once") {
  Registry registry;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) registry.counter("lapwing_things_total", "").add();
  });
  for (int i = 0; i < 1000; ++i) registry.counter("lapwing_things_total", "").add();
  other.join();
  CHECK(registry.counter("lapwing_things_total", "").value() == 2000);
}

}  // namespace lapwing::metrics
