#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

// Every form of node is in prometheus_test's recorded answers; here is what they do not show.

TEST_CASE("parse_query: a name in braces stands among the matchers, in their order") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/api/v1/parse_query?query={\"a\",b=\"c\"}").body ==
        R"({"status":"success","data":{"matchers":[{"name":"__name__","type":"=","value":"a"},)"
        R"({"name":"b","type":"=","value":"c"}],"name":"","offset":0,"startOrEnd":null,)"
        R"("timestamp":null,"type":"vectorSelector"}})");
}

TEST_CASE("parse_query: an expression past the limit is refused before it is read") {
  testing::Fixture fixture;
  const std::string body = "query=" + std::string(300'000, '(');
  const http::Response response = fixture.ask("POST", "/api/v1/parse_query", body);
  CHECK(response.status == 400);
  CHECK(response.body.find("the limit is 262144") != std::string::npos);
}

}  // namespace
}  // namespace lapwing::dashboard
