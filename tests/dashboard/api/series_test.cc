#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("labels, label values and series answer as Prometheus does") {
  testing::Fixture fixture;
  fixture.check_golden("series");
}

TEST_CASE("label values: a name that is no UTF-8 is refused") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/api/v1/label/a%ffb/values").status == 400);
}

}  // namespace
}  // namespace lapwing::dashboard
