#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("metadata answers as Prometheus does") {
  testing::Fixture fixture;
  *fixture.around.metadata = {{"memory_bytes", MetricType::Gauge, "Bytes \"in use\".", "bytes"},
                              {"requests_total", MetricType::Counter, "Requests.", ""},
                              {"requests_total", MetricType::Unknown, "Requests, differently.", ""},
                              {"up", MetricType::Gauge, "", ""}};
  fixture.check_golden("metadata");
}

TEST_CASE("targets/metadata answers as Prometheus does") {
  testing::Fixture fixture;
  const auto known = [](MetadataSnapshot entries) {
    return std::make_shared<const MetadataSnapshot>(std::move(entries));
  };
  fixture.around.collection->targets = {
      {.pool = "web",
       .labels = {{"instance", "a:1"}, {"job", "web"}},
       .metadata = known({{"memory_bytes", MetricType::Gauge, "Bytes \"in use\".", "bytes"},
                          {"requests_total", MetricType::Counter, "Requests.", ""}})},
      {.pool = "web", .labels = {{"instance", "b:1"}, {"job", "web"}}},
      {.pool = "api",
       .labels = {{"instance", "c:1"}, {"job", "api"}},
       .metadata = known({{"requests_total", MetricType::Unknown, "", ""}})}};
  fixture.check_golden("targets_metadata");
}

}  // namespace
}  // namespace lapwing::dashboard
