#include "dashboard/server.h"

#include "agent/http/header.h"
#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("server: healthy always, ready once started") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/-/healthy").status == 200);
  CHECK(fixture.ask("GET", "/-/ready").status == 200);
  fixture.around.ready = false;
  CHECK(fixture.ask("GET", "/-/ready").status == 503);
  CHECK(fixture.ask("GET", "/-/healthy").status == 200);
}

TEST_CASE("server: reload by POST or PUT, its failure told") {
  testing::Fixture fixture;
  CHECK(fixture.ask("POST", "/-/reload").status == 200);
  CHECK(fixture.ask("PUT", "/-/reload").status == 200);
  CHECK(fixture.ask("GET", "/-/reload").status == 405);
  CHECK(fixture.around.reloads == 2);
  fixture.around.reload = invalid("lapwing.yml:3:1: unknown key");
  const http::Response failed = fixture.ask("POST", "/-/reload");
  CHECK(failed.status == 500);
  CHECK(failed.body == "failed to reload config: lapwing.yml:3:1: unknown key\n");
}

TEST_CASE("server: a reload that another site asks for is refused and logged") {
  testing::Fixture fixture;
  const http::Response response =
      fixture.ask("POST", "/-/reload", "", {{"Host", "127.0.0.1"}, {"Origin", "http://evil"}});
  CHECK(response.status == 403);
  CHECK(fixture.around.reloads == 0);
  REQUIRE(fixture.log_lines.size() == 1);
  CHECK(fixture.log_lines[0].find("another site") != std::string::npos);
}

TEST_CASE("server: only pages of origins that are allowed may read the API's answers") {
  testing::Fixture fixture;
  const auto allowed = [&](const char* method, const char* origin) {
    const http::Response response =
        fixture.ask(method, "/api/v1/status/walreplay", "", {{"Origin", origin}});
    CHECK(response.status == (method == std::string_view("GET") ? 200 : 204));
    CHECK(http::find_header(response.headers, "Vary") == "Origin");
    return std::string(http::find_header(response.headers, "Access-Control-Allow-Origin"));
  };
  CHECK(allowed("GET", "https://grafana.example") == "https://grafana.example");
  CHECK(allowed("OPTIONS", "https://grafana.example") == "https://grafana.example");
  CHECK(allowed("GET", "https://evil.example").empty());
  CHECK(allowed("OPTIONS", "https://evil.example").empty());
}

TEST_CASE("server: the page's files are served") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/").body == "GZIPPED PAGE");
  CHECK(fixture.ask("GET", "/app.0123456789abcdef.js").body == "GZIPPED SCRIPT");
  CHECK(fixture.ask("GET", "/nosuch").status == 404);
}

TEST_CASE("server: remote write is not found unless it is configured") {
  CHECK(testing::Fixture().ask("POST", "/api/v1/write").status == 404);
  testing::Fixture taking([](const http::Request&) { return http::text_response(204, ""); });
  CHECK(taking.ask("POST", "/api/v1/write").status == 204);
  CHECK(taking.ask("POST", "/api/v1/write", "", {{"Sec-Fetch-Site", "cross-site"}}).status == 403);
}

TEST_CASE("server: /metrics has the newest batches in the format that is asked for") {
  testing::Fixture fixture;
  auto layout = std::make_shared<SnapshotLayout>();
  layout->families = {{"node_load1", "Load.", MetricType::Gauge, 0, 1}};
  layout->series = {"node_load1"};
  fixture.newest.publish(std::make_shared<SourceSnapshot>(
      SourceSnapshot{"loadavg", testing::kNow, 1s, layout, {0.5}}));
  const http::Response text = fixture.ask("GET", "/metrics");
  CHECK(text.status == 200);
  CHECK(text.content_type.find("version=0.0.4") != std::string::npos);
  CHECK(text.body.find("node_load1 0.5\n") != std::string::npos);
  const http::Response open = fixture.ask(
      "GET", "/metrics", "", {{"Accept", "application/openmetrics-text; version=1.0.0"}});
  CHECK(open.content_type.find("application/openmetrics-text") != std::string::npos);
  CHECK(open.body.ends_with("# EOF\n"));
}

TEST_CASE("server: API requests and failures are counted, answers are not sniffed") {
  testing::Fixture fixture;
  const http::Response response = fixture.ask("GET", "/api/v1/status/walreplay");
  CHECK(http::find_header(response.headers, "X-Content-Type-Options") == "nosniff");
  CHECK(fixture.ask("GET", "/api/v1/metadata?limit=x").status == 400);
  const auto failures =
      fixture.registry.counter("lapwing_api_failures_total", "", {{"handler", "/api/v1/metadata"}});
  CHECK(failures.value() == 1);
}

TEST_CASE("server: label values and forms go where Prometheus has them, and nowhere else") {
  testing::Fixture fixture;
  CHECK(fixture.ask("POST", "/api/v1/label/job/values").status == 405);
  CHECK(fixture.ask("POST", "/api/v1/metadata").status == 405);
  CHECK(fixture.ask("DELETE", "/api/v1/labels").status == 405);
  CHECK(fixture.ask("GET", "/api/v1/nosuch").status == 404);
}

}  // namespace
}  // namespace lapwing::dashboard
