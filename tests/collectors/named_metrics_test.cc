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
