#include "alerting/receivers/webhook.h"

#include <catch2/catch.hpp>

#include <optional>

#include "agent/base/json_value.h"
#include "tests/alerting/receivers/sending.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

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

}  // namespace

TEST_CASE("webhook: the payload is the one that Alertmanager sent for these two alerts") {
  // Recorded from Alertmanager 0.33.
  Notification n;
  n.key = {"web.hook", 0, "{}:{alertname=\"A\"}"};
  n.group_labels = Labels{{"alertname", "A"}};
  n.reason = "first notification";
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
      R"("labels":{"alertname":"A"},"annotations":{"s":"x\u003cy"},)"
      R"("startsAt":"2026-11-20T10:00:00.12Z","endsAt":"2026-11-20T10:05:00.12Z",)"
      R"("generatorURL":"http://p/1","fingerprint":"d2c6efc389df0927"}],)"
      R"("notification_reason":"first notification",)"
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

TEST_CASE("webhook: a body of one's own, as a text or as a tree") {
  const auto text = at::receiver("webhook", "url: 'http://h/', payload: 'S={{ .Status }}'");
  CHECK(at::send(*text).request().body == "S=firing");
  const auto tree = at::receiver(
      "webhook",
      "url: 'http://h/', payload: {status: '{{ .Status }}', n: 3, quoted: '3', on: true,"
      " none: null, list: [a, '{{ len .Alerts }}'], labels: '{{ .CommonLabels | toJson }}'}");
  CHECK(at::send(*tree).request().body ==
        R"({"status":"firing","n":3,"quoted":"3","on":true,"none":null,"list":["a","2"],)"
        R"("labels":{"alertname":"A"}})");
}

TEST_CASE("webhook: what ended carries its values") {
  Notification n = at::one_ended();
  n.alerts[0].values = {9.5, 8, 1};
  const auto body = parse_json(webhook_payload(n, "", 0));
  const JsonValue* values = body->find("alerts")->items.at(0).find("values");
  REQUIRE(values != nullptr);
  CHECK(values->find("peak")->number == 9.5);
  CHECK(values->find("last")->number == 8);
  CHECK(values->find("recovered")->number == 1);
  CHECK(values->find("durationSeconds")->number == 1);
}

TEST_CASE("webhook: credentials come from the configuration or from files, read at each sending") {
  const lapwing::testing::TemporaryDirectory folder;
  const auto bearer = at::send(
      *at::receiver("webhook", "url: 'http://h/', http_config: {authorization: {credentials: t}}"));
  CHECK(bearer.header("Authorization") == "Bearer t");
  const std::string url = folder.write("url", "http://from-file/\n");
  const auto by_file = at::receiver("webhook", "url_file: " + url);
  CHECK(at::send(*by_file).request().url == "http://from-file/");
  folder.write("url", "http://changed/");
  CHECK(at::send(*by_file).request().url == "http://changed/");
}

TEST_CASE("webhook: mistakes in its options are errors") {
  CHECK(at::errors("webhook", "url: 'http://h/'") == 0);
  CHECK(at::errors("webhook", "send_resolved: true") == 1);
  CHECK(at::errors("webhook", "url: 'http://h/', url_file: x") == 1);
  CHECK(at::errors("webhook", "url: 'ftp://h/'") == 1);
  CHECK(at::errors("webhook", "url: 'http://h/', nonsense: 1") == 1);
  CHECK(at::errors(
            "webhook",
            "url: 'http://h/', http_config: {basic_auth: {username: a}, authorization: {}}") == 1);
}
