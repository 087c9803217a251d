#include "alerting/status.h"

#include <catch2/catch.hpp>

using namespace lapwing::alerting;

TEST_CASE("alert states: the names that the API shows") {
  CHECK(name(AlertState::Inactive) == "inactive");
  CHECK(name(AlertState::Pending) == "pending");
  CHECK(name(AlertState::Firing) == "firing");
}
