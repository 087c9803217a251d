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
  const std::vector<Labels> firing{critical, warning, elsewhere};
  CHECK(inhibitor(plan->inhibit_rules, warning, firing) == &firing[0]);
  CHECK(inhibitor(plan->inhibit_rules, elsewhere, firing) == nullptr);
  // It meets both sides: neither itself nor its like keeps it quiet.
  CHECK(inhibitor(plan->inhibit_rules, critical, firing) == nullptr);
  CHECK(inhibitor(plan->inhibit_rules, warning, {}) == nullptr);
}
