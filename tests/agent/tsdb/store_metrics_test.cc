#include "agent/tsdb/store_metrics.h"

#include <catch2/catch.hpp>

using namespace lapwing;

TEST_CASE("store metrics: names begin with lapwing_store_, counters end in _total") {
  metrics::Registry registry;
  const tsdb::StoreMetrics metrics(registry);
  metrics.samples_conflicting.add(2);
  const auto families = registry.gather();
  CHECK(families.size() >= 12);
  double refused = 0;
  for (const auto& family : families) {
    CHECK(family.name.starts_with("lapwing_store_"));
    CHECK((family.type != metrics::FamilyType::Counter || family.name.ends_with("_total")));
    if (family.name == "lapwing_store_samples_refused_total")
      for (const auto& sample : family.samples) refused += sample.value;
  }
  CHECK(refused == 2);
}
