#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("query, query_range and the like answer as Prometheus does") {
  testing::Fixture fixture;
  fixture.check_golden("query");
}

TEST_CASE("query_range: errors come in Prometheus's words and order") {
  testing::Fixture fixture;
  fixture.check_golden("query_range");
}

TEST_CASE("query: a query that has used up its time is a timeout") {
  testing::Fixture fixture;
  const http::Response response =
      fixture.ask("GET", "/api/v1/query?query=sum(rate(requests_total[5m]))&timeout=-1");
  CHECK(response.status == 503);
  CHECK(response.body.find("\"errorType\":\"timeout\"") != std::string::npos);
}

TEST_CASE("query: stats tell the time and the samples") {
  testing::Fixture fixture;
  const http::Response response = fixture.ask("GET", "/api/v1/query?query=up&stats=all");
  REQUIRE(response.status == 200);
  CHECK(response.body.find("]}],\"stats\":{\"timings\":{\"evalTotalTime\":0,") !=
        std::string::npos);
  CHECK(response.body.ends_with("}}}}"));
}

}  // namespace
}  // namespace lapwing::dashboard
