#include "collectors/latency/collector.h"

#include <catch2/catch.hpp>

#include "collectors/latency/snapshot.h"
#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors;
using lapwing::testing::FakeClock;
using lapwing::testing::samples_of;

namespace {

std::unique_ptr<Collector> make(std::shared_ptr<const latency::Snapshot> snapshot) {
  static const FakeClock clock{from_millis(0)};
  const CollectorContext context{
      .paths = {}, .clock = clock, .latency = [snapshot] { return snapshot; }};
  const CollectorSettings settings;
  const metrics::Registry counters;
  return latency::make_latency({context, settings, counters});
}

}  // namespace

TEST_CASE("latency collector: a service's histogram, quantiles and requests") {
  auto snapshot = std::make_shared<latency::Snapshot>();
  snapshot->capturing = true;
  latency::EndpointSnapshot redis{
      .service = "redis", .port = "6379", .protocol = latency::Protocol::Redis};
  redis.histogram.add(latency::Nanoseconds(15'000));
  redis.histogram.add(latency::Nanoseconds(70'000'000'000));
  redis.quantiles = {0.1, 0.2, 0.3, 0.4};
  redis.operations.push_back({.method = "GET", .timed = 2, .sum_nanoseconds = 500'000'000});
  redis.operations[0].outcomes[std::size_t(latency::Outcome::Ok)] = 2;
  snapshot->endpoints.push_back(redis);
  MetricWriter writer(1000);
  writer.begin();
  REQUIRE(make(snapshot)->collect(writer).ok());
  const auto samples = samples_of(writer);
  const auto of = [&](const std::string& series) { return samples.at(series); };
  CHECK(of(R"(service_latency_seconds_bucket{service="redis",port="6379",le="1e-05"})") == 0);
  CHECK(of(R"(service_latency_seconds_bucket{service="redis",port="6379",le="2e-05"})") == 1);
  CHECK(of(R"(service_latency_seconds_bucket{service="redis",port="6379",le="60.0"})") == 1);
  CHECK(of(R"(service_latency_seconds_bucket{service="redis",port="6379",le="+Inf"})") == 2);
  CHECK(of(R"(service_latency_seconds_count{service="redis",port="6379"})") == 2);
  CHECK(of(R"(service_latency_seconds_sum{service="redis",port="6379"})") == Approx(70.000015));
  CHECK(of(R"(service_latency_quantile_seconds{service="redis",port="6379",quantile="0.99"})") ==
        0.3);
  const std::string asked =
      R"({service="redis",port="6379",protocol="redis",method="GET",route="")";
  CHECK(of("service_requests_total" + asked + R"(,status="ok"})") == 2);
  CHECK(of("service_request_duration_seconds_sum" + asked + "}") == 0.5);
  CHECK(of("service_request_duration_seconds_count" + asked + "}") == 2);
  CHECK(samples.size() == latency::kBucketCount + 1 + 2 + 4 + 3);
}

TEST_CASE("latency collector: a backend elsewhere has its address") {
  auto snapshot = std::make_shared<latency::Snapshot>();
  snapshot->capturing = true;
  snapshot->endpoints.push_back({.port = "5432", .remote = "10.0.0.5:5432"});
  MetricWriter writer(1000);
  writer.begin();
  REQUIRE(make(snapshot)->collect(writer).ok());
  CHECK(
      samples_of(writer).count(R"(service_client_latency_seconds_count{remote="10.0.0.5:5432"})"));
}

TEST_CASE("latency collector: without capture there is no data, and a reason") {
  auto snapshot = std::make_shared<latency::Snapshot>();
  snapshot->reason = "switched off";
  MetricWriter writer(1000);
  writer.begin();
  const auto result = make(snapshot)->collect(writer);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().kind == ErrorKind::NoData);
  CHECK(result.error().message.find("switched off") != std::string::npos);
}
