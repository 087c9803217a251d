#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

using alerting::HistoryKind;

TEST_CASE("history: one kind, newest first, cut by time and limit") {
  testing::Fixture fixture;
  for (int i = 1; i <= 3; ++i)
    fixture.around.history.add({HistoryKind::Notifications, testing::kNow + Duration(1000 * i),
                                "{\"n\":" + std::to_string(i) + "}"});
  const auto body = [&](std::string_view target) { return fixture.ask("GET", target).body; };
  CHECK(body("/api/v1/history/notifications") ==
        R"({"status":"success","data":[{"n":3},{"n":2},{"n":1}]})");
  CHECK(body("/api/v1/history/notifications?limit=1") ==
        R"({"status":"success","data":[{"n":3}]})");
  CHECK(body("/api/v1/history/notifications?start=1700000002&end=1700000002") ==
        R"({"status":"success","data":[{"n":2}]})");
  CHECK(body("/api/v1/history/dead_letters") == R"({"status":"success","data":[]})");
}

TEST_CASE("history: another kind, a bad time and a bad limit are refused") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/api/v1/history/nothing").status == 404);
  CHECK(fixture.ask("GET", "/api/v1/history/alerts?start=x").status == 400);
  CHECK(fixture.ask("GET", "/api/v1/history/alerts?limit=x").status == 400);
}

}  // namespace
}  // namespace lapwing::dashboard
