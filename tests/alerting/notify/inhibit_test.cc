#include "alerting/notify/inhibit.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("inhibition: a firing source with equal labels keeps the target quiet") {
  const auto plan = lapwing::testing::notify_plan(R"(
inhibit_rules:
  - source_matchers: ['severity="critical"']
    target_matchers: ['severity=~"warning|critical"']
    equal: [instance]
)");
  const Labels critical{{"instance", "a"}, {"severity", "critical"}};
  const Labels warning{{"instance", "a"}, {"severity", "warning"}};
  const Labels elsewhere{{"instance", "b"}, {"severity", "warning"}};
  Inhibition inhibition(plan->inhibit_rules);
  CHECK(inhibition.source_of(warning) == nullptr);
  for (const Labels& labels : {warning, elsewhere, critical}) inhibition.add(labels);
  REQUIRE(inhibition.source_of(warning) != nullptr);
  CHECK(*inhibition.source_of(warning) == critical);
  CHECK(inhibition.source_of(elsewhere) == nullptr);
  // It meets both sides: neither itself nor its like keeps it quiet.
  CHECK(inhibition.source_of(critical) == nullptr);
}
