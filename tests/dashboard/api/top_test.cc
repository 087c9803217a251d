#include "agent/model/top_processes.h"
#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

void record(testing::Fixture& fixture, Timestamp time, const char* name) {
  TopProcesses top{.time = time, .interval = 10s};
  top.processes.push_back({.pid = 7, .name = "idle", .service = "a"});
  top.processes.push_back({.pid = 9,
                           .name = name,
                           .service = "web",
                           .cpu_micros = 2'500'000,
                           .resident_bytes = 4096,
                           .read_bytes = 1,
                           .written_bytes = 2,
                           .run_delay_micros = 3'000'000,
                           .io_delay_micros = 4'500'000});
  fixture.around.records.append(kTopProcesses, time, encode_top_processes(top));
}

}  // namespace

TEST_CASE("top: the newest, the one that holds a time, and none") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/api/v1/top").status == 404);
  record(fixture, testing::kNow - 20s, "early");
  record(fixture, testing::kNow - 10s, "middle");
  record(fixture, testing::kNow, "late");
  fixture.check_golden("top");
  const auto body = [&](std::string_view target) { return fixture.ask("GET", target).body; };
  CHECK_THAT(body("/api/v1/top"), Catch::Contains("late"));
  CHECK_THAT(body("/api/v1/top?time=1699999985"), Catch::Contains("middle"));
  CHECK_THAT(body("/api/v1/top?time=1699999990"), Catch::Contains("middle"));
  CHECK_THAT(body("/api/v1/top?time=1699999990.001"), Catch::Contains("late"));
  CHECK(fixture.ask("GET", "/api/v1/top?time=1700000001").status == 404);
  CHECK(fixture.ask("GET", "/api/v1/top?time=soon").status == 400);
}

TEST_CASE("top: a damaged record is told as such") {
  testing::Fixture fixture;
  fixture.around.records.append(kTopProcesses, testing::kNow, "junk");
  CHECK(fixture.ask("GET", "/api/v1/top").status == 500);
}

}  // namespace lapwing::dashboard
