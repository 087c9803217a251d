#include "alerting/receivers/webhook.h"

#include <catch2/catch.hpp>

#include <optional>

#include "agent/base/json_value.h"
#include "tests/alerting/notify/plan.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

Notification example() {
  Notification n;
  n.key = {"web.hook", 0, "{}:{alertname=\"A\"}"};
  n.group_labels = Labels{{"alertname", "A"}};
  const Timestamp start = from_millis(1'700'000'000'120);
  n.alerts = {{Labels{{"alertname", "A"}, {"i", "1"}, {"z", "w"}},
               Labels{{"s", "x"}},
               start,
               {},
               "http://p/1"},
              {Labels{{"alertname", "A"}, {"i", "2"}, {"z", "w"}}, Labels{{"s", "x"}, {"t", "y"}},
               start, start + 1s, "http://p/2"}};
  return n;
}

std::shared_ptr<const Receiver> receiver(const std::string& options) {
  const auto plan =
      lapwing::testing::notify_plan("receivers: [{name: a, webhook_configs: [{" + options + "}]}]");
  return plan->receivers.at(0).integrations.at(0);
}

/// The request that is sent, and what becomes of its answer.
struct Sent {
  http::ClientRequest request;
  DeliveryResult result;
};

Sent send(const Receiver& to, Result<http::ClientResponse> answer) {
  Sent sent;
  to.send(
      example(), "http://lapwing",
      [&](http::ClientRequest request, const http::ClientCallback& done) {
        sent.request = std::move(request);
        done(answer);
      },
      [&](DeliveryResult result) { sent.result = std::move(result); });
  return sent;
}

http::ClientResponse status(int code, std::string body = {}) {
  http::ClientResponse response;
  response.status = code;
  response.body = std::move(body);
  return response;
}

}  // namespace

TEST_CASE("webhook: the payload is the one that Alertmanager sent for these two alerts") {
  // Recorded from Alertmanager 0.33, its notification_reason left out and \u003c written as <.
  Notification n;
  n.key = {"web.hook", 0, "{}:{alertname=\"A\"}"};
  n.group_labels = Labels{{"alertname", "A"}};
  const Timestamp start = *parse_rfc3339("2026-11-20T10:00:00.120Z");
  n.alerts = {
      {Labels{{"alertname", "A"}, {"i", "1"}, {"job", "q"}, {"z", "w"}},
       Labels{{"s", "x"}},
       start,
       {},
       "http://p/1"},
      {Labels{{"alertname", "A"}}, Labels{{"s", "x<y"}}, start, start + 5min, "http://p/1"}};
  CHECK(notification_order(n.alerts[0].labels, n.alerts[1].labels));
  CHECK(
      webhook_payload(n, "http://lapwing", 0) ==
      R"({"receiver":"web\\.hook","status":"firing","alerts":[{"status":"firing",)"
      R"("labels":{"alertname":"A","i":"1","job":"q","z":"w"},"annotations":{"s":"x"},)"
      R"("startsAt":"2026-11-20T10:00:00.12Z","endsAt":"0001-01-01T00:00:00Z",)"
      R"("generatorURL":"http://p/1","fingerprint":"c768894a22e0bcaa"},{"status":"resolved",)"
      R"("labels":{"alertname":"A"},"annotations":{"s":"x<y"},)"
      R"("startsAt":"2026-11-20T10:00:00.12Z","endsAt":"2026-11-20T10:05:00.12Z",)"
      R"("generatorURL":"http://p/1","fingerprint":"d2c6efc389df0927"}],)"
      R"("groupLabels":{"alertname":"A"},"commonLabels":{"alertname":"A"},"commonAnnotations":{},)"
      R"("externalURL":"http://lapwing","version":"4","groupKey":"{}:{alertname=\"A\"}",)"
      R"("truncatedAlerts":0})"
      "\n");
}

TEST_CASE("webhook: what all alerts have alike is common") {
  const auto body = parse_json(webhook_payload(example(), "", 0));
  REQUIRE(body.ok());
  CHECK(body->find("commonLabels")->members.size() == 2);
  CHECK(body->find("commonAnnotations")->string_at("s") == "x");
  CHECK(body->find("commonAnnotations")->members.size() == 1);
}

TEST_CASE("webhook: max_alerts cuts and counts") {
  const auto body = parse_json(webhook_payload(example(), "", 1));
  REQUIRE(body.ok());
  CHECK(body->find("alerts")->items.size() == 1);
  CHECK(body->find("truncatedAlerts")->number == 1);
}

TEST_CASE("webhook: what the answer means") {
  const auto to = receiver("url: 'http://h/x'");
  CHECK(send(*to, status(204)).result.outcome == DeliveryOutcome::Delivered);
  CHECK(send(*to, status(503)).result.outcome == DeliveryOutcome::Retry);
  CHECK(send(*to, unavailable("refused")).result.outcome == DeliveryOutcome::Retry);
  const auto refused = send(*to, status(422, "no such channel")).result;
  CHECK(refused.outcome == DeliveryOutcome::Rejected);
  CHECK(refused.error == "unexpected status code 422: no such channel");
}

TEST_CASE("webhook: the request") {
  const auto sent = send(*receiver("url: 'http://h/x', timeout: 3s"), status(200));
  CHECK(sent.request.method == "POST");
  CHECK(sent.request.url == "http://h/x");
  CHECK(sent.request.timeout == 3s);
  CHECK(sent.request.headers.at(0) ==
        std::pair<std::string, std::string>{"Content-Type", "application/json"});
}

TEST_CASE("webhook: credentials come from the configuration or from files, read at each sending") {
  const lapwing::testing::TemporaryDirectory folder;
  const std::string secret = folder.write("secret", " pass\n");
  const auto basic = send(*receiver("url: 'http://h/', http_config: {basic_auth: {username: u, "
                                    "password_file: " +
                                    secret + "}}"),
                          status(200));
  CHECK(basic.request.username == "u");
  CHECK(basic.request.password == "pass");
  const auto bearer = send(
      *receiver("url: 'http://h/', http_config: {authorization: {credentials: t}}"), status(200));
  CHECK(bearer.request.headers.back() ==
        std::pair<std::string, std::string>{"Authorization", "Bearer t"});
  const std::string url = folder.write("url", "http://from-file/\n");
  const auto by_file = receiver("url_file: " + url);
  CHECK(send(*by_file, status(200)).request.url == "http://from-file/");
  folder.write("url", "http://changed/");
  CHECK(send(*by_file, status(200)).request.url == "http://changed/");
  const auto missing = send(*receiver("url_file: " + (folder / "none")), status(200));
  CHECK(missing.result.outcome == DeliveryOutcome::Retry);
  CHECK(missing.request.url.empty());
}

TEST_CASE("webhook: mistakes in its options are errors") {
  const auto errors = [](const std::string& options) {
    config::Diagnostics diagnostics;
    lapwing::testing::alerting_options(
        "receivers: [{name: a, webhook_configs: [{" + options + "}]}]", diagnostics);
    return diagnostics.errors().size();
  };
  CHECK(errors("url: 'http://h/'") == 0);
  CHECK(errors("send_resolved: true") == 1);
  CHECK(errors("url: 'http://h/', url_file: x") == 1);
  CHECK(errors("url: 'ftp://h/'") == 1);
  CHECK(errors("url: 'http://h/', nonsense: 1") == 1);
  CHECK(errors("url: 'http://h/', http_config: {basic_auth: {username: a}, authorization: {}}") ==
        1);
}
