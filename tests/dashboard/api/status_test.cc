#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("status pages have Prometheus's shape") {
  testing::Fixture fixture;
  fixture.around.store->series = 7;
  fixture.around.store->oldest = testing::kNow - 1h;
  fixture.around.store->newest = testing::kNow;
  fixture.check_golden("status");
}

TEST_CASE("runtimeinfo: all that Prometheus tells is there") {
  testing::Fixture fixture;
  const std::string body = fixture.ask("GET", "/api/v1/status/runtimeinfo").body;
  for (const std::string member :
       {"startTime", "CWD", "hostname", "serverTime", "reloadConfigSuccess", "lastConfigTime",
        "corruptionCount", "goroutineCount", "GOMAXPROCS", "GOMEMLIMIT", "GOGC", "GODEBUG",
        "storageRetention"}) {
    INFO(member);
    CHECK(body.find("\"" + member + "\":") != std::string::npos);
  }
  CHECK(body.find("\"serverTime\":\"2023-11-14T22:13:20Z\"") != std::string::npos);
}

TEST_CASE("buildinfo: there is no features member, which would turn Grafana away") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/api/v1/status/buildinfo").body.find("features") == std::string::npos);
}

}  // namespace
}  // namespace lapwing::dashboard
