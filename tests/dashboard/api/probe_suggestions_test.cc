#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("probe suggestions: each with its target, module and program") {
  testing::Fixture fixture;
  CHECK(
      fixture.ask("GET", "/api/v1/status/probe_suggestions")
          .body.find(
              R"("data":[{"target":"127.0.0.1:6379","module":"redis_ping","program":"redis"}])") !=
      std::string::npos);
}

TEST_CASE("probe: the answer comes later, to programs and to our own page alone") {
  testing::Fixture fixture;
  const http::Response response = fixture.ask("GET", "/probe?target=x");
  REQUIRE(response.later);
  std::string body;
  response.later([&](http::Response answer) { body = std::move(answer.body); });
  CHECK(body == "probed x");
  const http::Response foreign =
      fixture.ask("GET", "/probe?target=x", "", {{"Sec-Fetch-Site", "cross-site"}});
  CHECK(foreign.status == 403);
  CHECK_FALSE(foreign.later);
}

}  // namespace
}  // namespace lapwing::dashboard
