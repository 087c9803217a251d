#include "collectors/named_metrics.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors;

TEST_CASE("named metrics: stay at their address, keys left out stay known") {
  NamedMetrics metrics;
  CHECK_FALSE(metrics.find("a").known);
  const MetricInfo* first = &metrics.add("a", "name_a", "Help.", MetricType::Gauge, {"x", "y"});
  metrics.leave_out("b");
  for (int i = 0; i < 1'000; ++i)
    metrics.add("k" + std::to_string(i), "n", "h", MetricType::Counter);
  CHECK(metrics.find("a").info == first);
  CHECK(first->name == "name_a");
  CHECK(first->label_count == 2);
  CHECK(first->label_names[1] == "y");
  CHECK(metrics.find("b").known);
  CHECK(metrics.find("b").info == nullptr);
}

TEST_CASE("named metrics: keys are found in any order, whatever came before") {
  NamedMetrics metrics;
  for (const char* key : {"a", "b", "c", "d"})
    metrics.add(key, std::string("name_") + key, "Help.", MetricType::Gauge);
  metrics.leave_out("e");
  const auto name_of = [&](const char* key) {
    const auto found = metrics.find(key);
    REQUIRE(found.known);
    return found.info == nullptr ? std::string("none") : std::string(found.info->name);
  };
  for (const char* order : {"abcde", "abcde", "edcba", "bd", "bd", "aa", "cab", "ee", "abcde"})
    for (const char* at = order; *at != 0; ++at) {
      const char key[] = {*at, 0};
      INFO(order << " at " << key);
      CHECK(name_of(key) == (*at == 'e' ? "none" : std::string("name_") + key));
    }
  CHECK_FALSE(metrics.find("x").known);
  CHECK_FALSE(metrics.find("").known);
  CHECK(name_of("c") == "name_c");
}
