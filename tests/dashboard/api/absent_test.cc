#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("absent: what we do not have answers as a Prometheus without it") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/api/v1/notifications").body == R"({"status":"success","data":[]})");
  CHECK(fixture.ask("GET", "/api/v1/notifications/live").status == 204);
  for (const char* path : {"snapshot", "delete_series", "clean_tombstones"}) {
    const http::Response refused = fixture.ask("POST", std::string("/api/v1/admin/tsdb/") + path);
    CHECK(refused.status == 500);
    CHECK(refused.body.find("\"errorType\":\"unavailable\"") != std::string::npos);
  }
  CHECK(fixture.ask("DELETE", "/api/v1/series").status == 500);
}

}  // namespace
}  // namespace lapwing::dashboard
