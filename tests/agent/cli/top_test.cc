#include "agent/cli/top.h"

#include <catch2/catch.hpp>

#include "agent/cli/command.h"

using namespace lapwing;
using namespace lapwing::cli;

namespace {

constexpr const char* kAnswer =
    R"({"status":"success","data":{"time":"2023-11-14T22:13:20Z","intervalSeconds":10,"processes":[)"
    R"({"pid":7,"name":"nginx","service":"web","commandLine":"","cpuSeconds":2.5,)"
    R"("residentBytes":1048576,"readBytes":20480,"writtenBytes":0,"runDelaySeconds":1,"ioDelaySeconds":0.5},)"
    R"({"pid":9,"name":"redis","service":"cache","commandLine":"redis *:6379","cpuSeconds":0.1,)"
    R"("residentBytes":3221225472,"readBytes":0,"writtenBytes":0,"runDelaySeconds":0,"ioDelaySeconds":0}]}})";

struct TopBed {
  int run(std::vector<std::string> words) {
    world.exchange = [this](http::ClientRequest request) -> Result<http::ClientResponse> {
      urls.push_back(request.url);
      if (body.empty()) return unavailable("refused");
      http::ClientResponse response;
      response.status = 200;
      response.body = body;
      return response;
    };
    world.now = from_millis(1'700'000'000'000);
    world.show = [this](const std::string& text, Duration wait) {
      screens.push_back(text);
      waits.push_back(wait);
      return screens.size() < 3;
    };
    return run_top(words, world);
  }
  std::string body = kAnswer;
  TopWorld world;
  std::vector<std::string> urls, screens;
  std::vector<Duration> waits;
};

}  // namespace

TEST_CASE("top: a table of rates, the largest first") {
  TopBed bed;
  REQUIRE(bed.run({}) == kSuccess);
  CHECK(bed.urls.at(0) == "http://127.0.0.1:5279/api/v1/top");
  CHECK(bed.screens.at(0) ==
        "2023-11-14T22:13:20Z, the 10 s before it, by cpu\n"
        "PID  CPU%  MEMORY  READ/s  WRITE/s  DELAY%  SERVICE  PROCESS\n"
        "  7  25.0    1.0M    2.0K        0    15.0  web      nginx\n"
        "  9   1.0    3.0G       0        0     0.0  cache    redis *:6379\n");
  bed.screens.clear();
  REQUIRE(bed.run({"--sort", "memory"}) == kSuccess);
  CHECK(bed.screens.at(0).find("redis") < bed.screens.at(0).find("nginx"));
}

TEST_CASE("top: a past time is asked for once, even in a terminal") {
  TopBed bed;
  bed.world.interactive = true;
  REQUIRE(bed.run({"--at", "-1h", "--url", "host:1/"}) == kSuccess);
  CHECK(bed.urls == std::vector<std::string>{"http://host:1/api/v1/top?time=1699996400"});
  CHECK(bed.screens.size() == 1);
}

TEST_CASE("top: a terminal is refreshed with each interval until it is enough") {
  TopBed bed;
  bed.world.interactive = true;
  REQUIRE(bed.run({}) == kSuccess);
  CHECK(bed.screens.size() == 3);
  CHECK(bed.waits.at(0) == 10s);
  CHECK(bed.screens.at(0).starts_with("\x1b[H"));
  TopBed once;
  once.world.interactive = true;
  REQUIRE(once.run({"--once"}) == kSuccess);
  CHECK(once.screens.size() == 1);
}

TEST_CASE("top: what goes wrong is told") {
  TopBed bed;
  CHECK(bed.run({"--sort", "size"}) == kUsageError);
  CHECK(bed.run({"--at", "soon"}) == kUsageError);
  CHECK(bed.run({"operand"}) == kUsageError);
  CHECK(bed.urls.empty());
  bed.body = "";
  CHECK(bed.run({}) == kFailure);
  CHECK_THAT(bed.world.err, Catch::Contains("is lapwing running?"));
  bed.body = R"({"status":"error","error":"no top processes were recorded yet"})";
  CHECK(bed.run({}) == kFailure);
  CHECK_THAT(bed.world.err, Catch::Contains("recorded yet"));
  bed.body = "<html>";
  CHECK(bed.run({}) == kFailure);
  CHECK_THAT(bed.world.err, Catch::Contains("is this a lapwing agent?"));
}
