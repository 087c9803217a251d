#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("status/lapwing shows collectors, targets, store and receivers") {
  testing::Fixture fixture;
  fixture.around.collection->collectors = {{.name = "cpu",
                                            .interval = 1s,
                                            .last_time = testing::kNow,
                                            .last_duration_seconds = 0.000125,
                                            .series = 80},
                                           {.name = "mdstat", .interval = 10s, .available = false},
                                           {.name = "netdev",
                                            .interval = 1s,
                                            .last_error = "/proc/net/dev: line 3: truncated",
                                            .refused_series = 2}};
  fixture.around.collection->targets = {{.health = TargetStatus::Health::Up},
                                        {.health = TargetStatus::Health::Down},
                                        {.health = TargetStatus::Health::Up}};
  *fixture.around.store = {.series = 80,
                           .samples_appended = 123456,
                           .bytes_on_disk = 4096,
                           .bytes_written = 8192,
                           .oldest = testing::kNow - 1h,
                           .newest = testing::kNow,
                           .trouble = "disk full"};
  fixture.around.alerting->receivers = {{.name = "pager",
                                         .delivered = 3,
                                         .failed = 1,
                                         .waiting = 2,
                                         .last_delivery = testing::kNow - 60s,
                                         .last_error = "connection refused"},
                                        {.name = "mail"}};
  fixture.check_golden("lapwing_status");
}

}  // namespace
}  // namespace lapwing::dashboard
