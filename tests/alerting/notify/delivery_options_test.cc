#include "alerting/notify/delivery_options.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("delivery options: all keys are read, defaults stand without the section") {
  const auto plan = lapwing::testing::notify_plan(R"(
receivers: [{name: a}, {name: b}]
notifications:
  fallback_receiver: b
  fallback_after: 2m
  give_up_after: 1h
  digest_after: 3m
  digest_size: 5
  rate_limits: [{receiver: a, notifications: 10, per: 30s}]
)");
  CHECK(plan->delivery.fallback_receiver == "b");
  CHECK(plan->delivery.fallback_after == 2min);
  CHECK(plan->delivery.give_up_after == 1h);
  CHECK(plan->delivery.digest_after == 3min);
  CHECK(plan->delivery.digest_size == 5);
  REQUIRE(plan->delivery.rate_limits.size() == 1);
  CHECK(plan->delivery.rate_limits[0].notifications == 10);
  CHECK(lapwing::testing::notify_plan("receivers: []")->delivery.give_up_after == 24h);
}

TEST_CASE("delivery options: what cannot be is an error with its place") {
  for (const std::string text :
       {"fallback_receiver: nobody", "rate_limits: [{receiver: nobody, notifications: 1}]",
        "rate_limits: [{receiver: a}]", "rate_limits: [{receiver: a, notifications: 1, per: 0s}]",
        "{fallback_after: 2h, give_up_after: 1h}", "digest_size: 1", "nonsense: 1"}) {
    INFO(text);
    config::Diagnostics diagnostics;
    lapwing::testing::alerting_options("receivers: [{name: a}]\nnotifications:\n  " + text,
                                       diagnostics);
    REQUIRE(diagnostics.errors().size() == 1);
    CHECK(diagnostics.errors()[0].place.line == 3);
  }
}
