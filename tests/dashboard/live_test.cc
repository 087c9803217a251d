#include "dashboard/live.h"

#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

using testing::kNow;

class FakeStream final : public http::EventStream {
 public:
  bool send(std::string_view data) override {
    if (!open_) return false;
    events.emplace_back(data);
    return true;
  }
  bool open() const override { return open_; }
  void close() { open_ = false; }

  std::vector<std::string> events;

 private:
  bool open_ = true;
};

/// Asks for a live stream and opens it, as the server does.
std::shared_ptr<FakeStream> listen(testing::Fixture& fixture, std::string_view queries) {
  const http::Response response = fixture.ask("GET", "/api/v1/live" + std::string(queries));
  REQUIRE(response.status == 200);
  REQUIRE(response.on_stream);
  auto stream = std::make_shared<FakeStream>();
  response.on_stream(stream);
  return stream;
}

double gauge(testing::Fixture& fixture) {
  return fixture.registry.gauge("lapwing_live_streams", "").value();
}

TEST_CASE("live: nobody listening costs nothing") {
  testing::Fixture fixture;
  int wakes = 0;
  fixture.dashboard.on_wake([&] { ++wakes; });
  CHECK(fixture.dashboard.step(kNow) == kNever);
  fixture.around.complete = kNow;
  fixture.dashboard.tick_changed();
  CHECK(wakes == 0);
}

TEST_CASE("live: an event holds every query's answer in order, errors in place") {
  testing::Fixture fixture;
  fixture.around.complete = kNow;
  const auto stream =
      listen(fixture, "?query=up&query=up(&query=1.5&query=up[1m]&query=sort(requests_total)");
  CHECK(fixture.dashboard.step(kNow) == kNow + 1s + 250ms);
  REQUIRE(stream->events.size() == 1);
  const std::string& event = stream->events[0];
  CHECK(event.starts_with(
      R"({"time":1700000000,"results":[{"result":[{"metric":{"__name__":"up",)"
      R"("instance":"host-a","job":"node"},"value":"1"}]},{"error":"1:4: parse error: )"));
  CHECK(event.find(R"({"result":[{"metric":{},"value":"1.5"}]},{"error":"a live query must)") !=
        std::string::npos);
  CHECK(event.find(R"({"metric":{"__name__":"requests_total","code":"500","job":"web"},)"
                   R"("value":"10"},{"metric")") != std::string::npos);
  CHECK(event.find(R"(],"alerts":")") != std::string::npos);
}

TEST_CASE("live: a second is sent once it is complete, or 250 ms after it") {
  testing::Fixture fixture;
  const auto stream = listen(fixture, "?query=up");
  CHECK(fixture.dashboard.step(kNow + 20ms) == kNow + 250ms);
  CHECK(stream->events.empty());
  fixture.around.complete = kNow;
  CHECK(fixture.dashboard.step(kNow + 30ms) == kNow + 1s + 250ms);
  CHECK(stream->events.size() == 1);
  CHECK(fixture.dashboard.step(kNow + 40ms) == kNow + 1s + 250ms);
  CHECK(stream->events.size() == 1);
  CHECK(fixture.dashboard.step(kNow + 1s + 100ms) == kNow + 1s + 250ms);
  CHECK(fixture.dashboard.step(kNow + 1s + 250ms) == kNow + 2s + 250ms);
  REQUIRE(stream->events.size() == 2);
  CHECK(stream->events[1].starts_with(R"({"time":1700000001,)"));
}

TEST_CASE("live: the step is woken by a new listener, and by its tick alone") {
  testing::Fixture fixture;
  int wakes = 0;
  fixture.dashboard.on_wake([&] { ++wakes; });
  const auto stream = listen(fixture, "?query=up");
  CHECK(wakes == 1);
  fixture.dashboard.tick_changed();
  CHECK(wakes == 1);  // not complete yet
  fixture.around.complete = kNow;
  fixture.dashboard.tick_changed();
  CHECK(wakes == 2);
  fixture.dashboard.step(kNow);
  fixture.dashboard.tick_changed();
  CHECK(wakes == 2);  // sent already
}

TEST_CASE("live: a query that many ask for is evaluated once") {
  testing::Fixture fixture;
  fixture.around.complete = kNow;
  const auto one = listen(fixture, "?query=up&query=up");
  const auto two = listen(fixture, "?query=up");
  fixture.dashboard.step(kNow);
  REQUIRE(one->events.size() == 1);
  REQUIRE(two->events.size() == 1);
  CHECK(two->events[0].find("host-a") != std::string::npos);
  // A sample that arrives after the tick was sent shows that nothing is evaluated twice.
  fixture.store.add({{"__name__", "up"}, {"instance", "late"}}, kNow, 1);
  const auto three = listen(fixture, "?query=up");
  fixture.dashboard.step(kNow + 10ms);
  CHECK(three->events.empty());
}

TEST_CASE("live: streams that closed are forgotten") {
  testing::Fixture fixture;
  fixture.around.complete = kNow + 1h;
  const auto one = listen(fixture, "?query=up");
  const auto two = listen(fixture, "?query=up");
  CHECK(gauge(fixture) == 2);
  one->close();
  CHECK(fixture.dashboard.step(kNow) == kNow + 1s + 250ms);
  CHECK(gauge(fixture) == 1);
  CHECK(two->events.size() == 1);
  two->close();
  CHECK(fixture.dashboard.step(kNow + 1s) == kNever);
  CHECK(gauge(fixture) == 0);
}

TEST_CASE("live: too many queries, too long ones and too many streams are refused and counted") {
  testing::Fixture fixture;
  const auto refused = fixture.registry.counter("lapwing_live_streams_refused_total", "");
  std::string many = "?query=up";
  for (std::size_t i = 0; i < kLiveQueryLimit; ++i) many += "&query=up";
  CHECK(fixture.ask("GET", "/api/v1/live" + many).status == 400);
  CHECK(fixture.ask("GET", "/api/v1/live?query=" + std::string(kLiveQueryLimitBytes + 1, 'a'))
            .status == 400);
  CHECK(refused.value() == 2);

  std::vector<std::shared_ptr<FakeStream>> streams;
  for (std::size_t i = 0; i < kLiveStreamLimit; ++i) streams.push_back(listen(fixture, ""));
  CHECK(fixture.ask("GET", "/api/v1/live").status == 503);
  CHECK(refused.value() == 3);
}

TEST_CASE("live: of several that open at once, the one past the limit is let go") {
  testing::Fixture fixture;
  const http::Response racing = fixture.ask("GET", "/api/v1/live");
  std::vector<std::shared_ptr<FakeStream>> streams;
  for (std::size_t i = 0; i < kLiveStreamLimit; ++i) streams.push_back(listen(fixture, ""));
  auto late = std::make_shared<FakeStream>();
  racing.on_stream(late);
  CHECK(late.use_count() == 1);
  CHECK(gauge(fixture) == double(kLiveStreamLimit));
}

TEST_CASE("live: an answer of too many series is an error that says what to do") {
  testing::Fixture fixture;
  fixture.around.complete = kNow;
  for (std::size_t i = 0; i <= kLiveSeriesLimit; ++i)
    fixture.store.add({{"__name__", "wide"}, {"n", std::to_string(i)}}, kNow, 1);
  const auto stream = listen(fixture, "?query=wide");
  fixture.dashboard.step(kNow);
  REQUIRE(stream->events.size() == 1);
  CHECK(stream->events[0].find("{\"error\":\"the answer has 501 series") != std::string::npos);
}

TEST_CASE("live: the alerts' fingerprint follows the set of alerts, not their values") {
  testing::Fixture fixture;
  fixture.around.complete = kNow + 1h;
  const auto stream = listen(fixture, "");
  const auto fingerprint_of = [&](std::vector<alerting::AlertStatus> alerts, Timestamp now) {
    auto status = std::make_shared<alerting::AlertingStatus>();
    status->groups = {{.name = "g", .rules = {{.name = "r", .alerts = std::move(alerts)}}}};
    fixture.around.alerting = status;
    fixture.dashboard.step(now);
    const std::string& event = stream->events.back();
    return event.substr(event.find("\"alerts\""));
  };
  const alerting::AlertStatus a{.labels = {{"alertname", "A"}}, .active_at = kNow, .value = 1};
  alerting::AlertStatus other_value = a;
  other_value.value = 2;
  alerting::AlertStatus firing = a;
  firing.state = alerting::AlertState::Firing;
  alerting::AlertStatus inactive = a;
  inactive.state = alerting::AlertState::Inactive;
  const std::string none = fingerprint_of({}, kNow);
  const std::string one = fingerprint_of({a}, kNow + 1s);
  CHECK(one != none);
  CHECK(fingerprint_of({other_value}, kNow + 2s) == one);
  CHECK(fingerprint_of({firing}, kNow + 3s) != one);
  CHECK(fingerprint_of({inactive}, kNow + 4s) == none);
  CHECK(stream->events.size() == 5);
}

}  // namespace
}  // namespace lapwing::dashboard
