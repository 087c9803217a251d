#include "collectors/access_log/access_log.h"

#include <catch2/catch.hpp>

#include <fstream>

#include "agent/base/time.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors;
using namespace lapwing::collectors::access_log;

namespace {

/// The collection's samples as "name{labels} value" lines.
std::string collect(Collector& collector, MetricWriter& writer) {
  writer.begin();
  const auto done = collector.collect(writer);
  if (!done) return "error: " + done.error().message;
  const auto snapshot = writer.snapshot("access_logs", from_millis(0), 1s);
  std::string text;
  for (std::size_t i = 0; i < snapshot->values.size(); ++i)
    if (snapshot->values[i] != 0)
      text += snapshot->layout->series[i] + " " + std::to_string(int(snapshot->values[i])) + "\n";
  return text;
}

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("access logs: none named is NoData") {
  testing::FakeClock clock;
  MetricWriter writer(100);
  const auto collector = make_access_logs({}, "", clock);
  writer.begin();
  CHECK(collector->collect(writer).error().kind == ErrorKind::NoData);
}

TEST_CASE("access logs: requests and durations are counted, malformed lines too") {
  testing::TemporaryDirectory folder;
  testing::FakeClock clock;
  MetricWriter writer(1000);
  const std::string path = folder.path() + "/a.log";
  std::ofstream log(path);
  const auto collector = make_access_logs(
      {{.path = path, .service = "shop", .format = "$request_method $status $request_time"}},
      folder.path(), clock);
  collect(*collector, writer);
  log << "GET 200 0.002\nGET 201 0.3\nBREW 418 0.002\nnonsense\n" << std::flush;
  const std::string text = collect(*collector, writer);
  INFO(text);
  CHECK(has(text,
            R"(nginx_http_requests_total{service="shop",host="",method="GET",status="2xx"} 2)"));
  CHECK(has(text,
            R"(nginx_http_requests_total{service="shop",host="",method="other",status="4xx"} 1)"));
  CHECK(has(text,
            "nginx_http_request_duration_seconds_bucket{service=\"shop\",host=\"\",method=\"GET\","
            "status=\"2xx\",le=\"0.0025\"} 1"));
  CHECK(has(text,
            "nginx_http_request_duration_seconds_bucket{service=\"shop\",host=\"\",method=\"GET\","
            "status=\"2xx\",le=\"+Inf\"} 2"));
  CHECK(has(text,
            R"(nginx_http_request_duration_seconds_count{service="shop",host="",method="GET",)"
            R"(status="2xx"} 2)"));
  CHECK(text.find("result=\"malformed\"} 1\n") != std::string::npos);
}

TEST_CASE("access logs: the next collector goes on where the one before ended") {
  testing::TemporaryDirectory folder;
  testing::FakeClock clock;
  const std::string path = folder.path() + "/a.log";
  std::ofstream log(path);
  const std::vector<LogOptions> options{{.path = path, .service = "s", .format = "$status"}};
  {
    MetricWriter writer(1000);
    const auto first = make_access_logs(options, folder.path(), clock);
    collect(*first, writer);
    log << "200\n" << std::flush;
    CHECK(has(collect(*first, writer),
              R"(nginx_http_requests_total{service="s",host="",method="other",status="2xx"} 1)"));
  }
  log << "500\n" << std::flush;
  MetricWriter writer(1000);
  const auto second = make_access_logs(options, folder.path(), clock);
  const std::string text = collect(*second, writer);
  CHECK(
      has(text, R"(nginx_http_requests_total{service="s",host="",method="other",status="5xx"} 1)"));
  CHECK(text.find("2xx") == std::string::npos);
}

TEST_CASE("access logs: a log that is missing is a warning, the others go on") {
  testing::FakeClock clock;
  MetricWriter writer(100);
  const auto collector = make_access_logs({{.path = "/nowhere/a.log", .service = "s"}}, "", clock);
  collect(*collector, writer);
  CHECK(writer.warning().find("/nowhere/a.log") != std::string::npos);
}
