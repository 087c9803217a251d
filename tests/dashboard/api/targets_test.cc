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
      {.pool = "api", .url = "http://other:9/metrics", .interval = 90s, .timeout = 500ms}};
  const auto dropped =
      std::make_shared<const std::vector<DroppedTarget>>(std::vector<DroppedTarget>{
          {{{"__address__", "gone:1"}, {"job", "web"}}, "relabel_configs[0]: drop"}});
  const auto none = std::make_shared<const std::vector<DroppedTarget>>();
  fixture.around.collection->pools = {{"web", dropped, 3}, {"api", none, 0}, {"empty", none, 0}};
  fixture.check_golden("targets");
}

}  // namespace
}  // namespace lapwing::dashboard
