#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("notification status: shape, and only what an alertmanager.yml may hold") {
  testing::Fixture fixture;
  const http::Response answer = fixture.ask("GET", "/api/v2/status");
  CHECK(answer.status == 200);
  // The fixture's configuration has our own keys alone.
  CHECK(answer.body.starts_with(
      R"({"cluster":{"peers":[],"status":"disabled"},"config":{"original":""},"uptime":)"));
  CHECK(answer.body.find(R"("version":"0.1.0")") != std::string::npos);
}

TEST_CASE("receivers: by name") {
  testing::Fixture fixture;
  fixture.around.alerting->receivers = {{.name = "hook"}, {.name = "other"}};
  CHECK(fixture.ask("GET", "/api/v2/receivers").body ==
        R"([{"labels":{"name":"hook"},"name":"hook"},{"labels":{"name":"other"},"name":"other"}])"
        "\n");
}

}  // namespace
}  // namespace lapwing::dashboard
