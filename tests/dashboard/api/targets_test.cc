#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("targets answer as Prometheus does") {
  testing::Fixture fixture;
  fixture.around.collection->targets = {
      {.pool = "web",
       .url = "http://127.0.0.1:8080/metrics",
       .discovered_labels = {{"__address__", "127.0.0.1:8080"}, {"job", "web"}},
       .labels = {{"instance", "127.0.0.1:8080"}, {"job", "web"}},
       .health = TargetStatus::Health::Down,
       .last_error = "connection refused",
       .last_scrape = testing::kNow - 1500ms,
       .last_duration_seconds = 0.0025,
       .interval = 15s,
       .timeout = 10s},
      {.pool = "api", .url = "http://[::1]:9/metrics", .interval = 90s, .timeout = 500ms}};
  fixture.check_golden("targets");
}

}  // namespace
}  // namespace lapwing::dashboard
