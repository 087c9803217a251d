#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("pagerduty: an event of the Events API v2, one incident a group") {
  const auto to =
      at::receiver("pagerduty",
                   "routing_key: r, severity: critical, class: c,"
                   " links: [{href: 'http://l', text: t}], details: {extra: '{{ .Status }}'}");
  const auto sent = at::send(*to, {at::answer(202)});
  CHECK(sent.request().url == "https://events.pagerduty.com/v2/enqueue");
  const JsonValue body = sent.json();
  CHECK(body.string_at("routing_key") == "r");
  CHECK(body.string_at("event_action") == "trigger");
  // printf '{}:{alertname="A"}' | sha256sum
  CHECK(body.string_at("dedup_key") ==
        "ad4b39d3af6c5f089ddb8504a474cd124febe3ef322f263d58074fb0c51dc572");
  const JsonValue& payload = *body.find("payload");
  CHECK(payload.string_at("summary").find("[FIRING:1]") == 0);
  CHECK(payload.string_at("severity") == "critical");
  CHECK(payload.string_at("source") == "Alertmanager");
  CHECK(payload.string_at("class") == "c");
  CHECK(payload.find("custom_details")->string_at("num_firing") == "1");
  CHECK(payload.find("custom_details")->string_at("extra") == "firing");
  CHECK(body.find("links")->items.at(0).string_at("href") == "http://l");
  CHECK(body.string_at("client_url") == "http://lapwing");
  CHECK(sent.result->outcome == DeliveryOutcome::Delivered);
  const auto ended = at::send(*to, {at::answer(202)}, at::one_ended());
  CHECK(ended.json().string_at("event_action") == "resolve");
  CHECK(ended.json().string_at("dedup_key") == body.string_at("dedup_key"));
  CHECK(at::send(*to, {at::answer(429)}).result->outcome == DeliveryOutcome::Retry);
  CHECK(at::errors("pagerduty", "severity: x") == 1);
}
