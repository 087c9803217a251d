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

}  // namespace
}  // namespace lapwing::dashboard
