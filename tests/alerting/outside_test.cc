#include "alerting/outside.h"

#include <catch2/catch.hpp>

#include "agent/base/json_value.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kPostTime = from_millis(1'700'000'000'000);

struct OutsideBench {
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::vector<http::ClientRequest> requests;
  std::vector<http::ClientCallback> waiting;
  OutsideAlertmanagers outside{[this](http::ClientRequest request, http::ClientCallback done) {
                                 requests.push_back(std::move(request));
                                 waiting.push_back(std::move(done));
                               },
                               log, registry};

  void answer(int status) {
    http::ClientResponse response;
    response.status = status;
    auto done = std::move(waiting.front());
    waiting.erase(waiting.begin());
    done(response);
  }
};

AlertNotice named(const std::string& name) {
  return {Labels{{"alertname", name}}, Labels{{"s", "t"}}, kPostTime, kPostTime + 4min, "http://g"};
}

std::shared_ptr<const OutsideAlertmanager> at(const std::string& url,
                                              AlertRelabelling relabel = {}) {
  return std::make_shared<OutsideAlertmanager>(
      OutsideAlertmanager{url, 3s, {}, std::move(relabel)});
}

}  // namespace

TEST_CASE("outside: each is told the API's way, one request at a time") {
  OutsideBench bench;
  bench.outside.apply({at("http://a/api/v2/alerts"), at("http://b/api/v2/alerts")});
  const std::vector<AlertNotice> first{named("A")};
  bench.outside.post(first);
  REQUIRE(bench.requests.size() == 2);
  CHECK(bench.requests[0].method == "POST");
  CHECK(bench.requests[0].url == "http://a/api/v2/alerts");
  CHECK(bench.requests[0].timeout == 3s);
  CHECK(bench.requests[0].body ==
        R"([{"labels":{"alertname":"A"},"annotations":{"s":"t"},)"
        R"("startsAt":"2023-11-14T22:13:20.000Z","endsAt":"2023-11-14T22:17:20.000Z",)"
        R"("generatorURL":"http://g"}])");
  const std::vector<AlertNotice> more{named("B"), named("C")};
  bench.outside.post(more);
  CHECK(bench.requests.size() == 2);
  bench.answer(200);
  REQUIRE(bench.requests.size() == 3);
  CHECK(parse_json(bench.requests[2].body)->items.size() == 2);
  bench.answer(500);
  CHECK(bench.registry.counter("lapwing_alertmanager_alerts_sent_total", "").value() == 1);
  CHECK(bench.registry.counter("lapwing_alertmanager_alerts_failed_total", "").value() == 1);
}

TEST_CASE("outside: labels are changed and alerts dropped for one Alertmanager alone") {
  OutsideBench bench;
  bench.outside.apply({at("http://a/", [](LabelsBuilder& labels) {
    if (labels.get("alertname") == "Drop") return false;
    labels.set("site", "b");
    return true;
  })});
  const std::vector<AlertNotice> notices{named("Drop"), named("Keep")};
  bench.outside.post(notices);
  const auto body = parse_json(bench.requests.at(0).body);
  REQUIRE(body->items.size() == 1);
  CHECK(body->items[0].find("labels")->string_at("site") == "b");
}

TEST_CASE("outside: what waits is bounded and leaves in batches") {
  OutsideBench bench;
  bench.outside.apply({at("http://a/")});
  bench.outside.post(std::vector<AlertNotice>{named("first")});
  bench.outside.post(std::vector<AlertNotice>(kOutsideQueueLimit + 5, named("many")));
  CHECK(bench.registry.counter("lapwing_alertmanager_alerts_dropped_total", "").value() == 5);
  bench.answer(200);
  CHECK(parse_json(bench.requests.at(1).body)->items.size() == kOutsideBatch);
  bench.outside.apply({});
  CHECK(bench.outside.urls().empty());
  bench.answer(200);
  CHECK(bench.requests.size() == 2);
}
