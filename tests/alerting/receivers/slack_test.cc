#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("slack: one attachment with Alertmanager's texts") {
  const auto to = at::receiver("slack",
                               "api_url: 'http://h/hook', channel: '#ops',"
                               " fields: [{title: F, value: '{{ .Status }}', short: true}],"
                               " actions: [{type: button, text: Go, url: 'http://a'}]");
  const auto sent = at::send(*to, {at::answer(200, "ok")});
  CHECK(sent.request().url == "http://h/hook");
  CHECK(sent.header("Idempotency-Key") == at::two_alerts().idempotency_key);
  const JsonValue body = sent.json();
  CHECK(body.string_at("channel") == "#ops");
  CHECK(body.string_at("username") == "Alertmanager");
  const JsonValue& attachment = body.find("attachments")->items.at(0);
  CHECK(attachment.string_at("title") == "[FIRING:1] A ");
  CHECK(attachment.string_at("title_link") == "http://lapwing/#/alerts?receiver=team");
  CHECK(attachment.string_at("color") == "danger");
  CHECK(attachment.find("fields")->items.at(0).string_at("value") == "firing");
  CHECK(attachment.find("actions")->items.at(0).string_at("text") == "Go");
  CHECK(attachment.find("mrkdwn_in")->items.size() == 3);
  CHECK(sent.result->receipt == "200 ok");
  CHECK_FALSE(to->send_resolved());
}

TEST_CASE("slack: the URL may be global or in the environment; an error in a 200 is one") {
  ::setenv("LAPWING_TEST_SLACK", "http://from-environment/", 1);
  CHECK(at::send(*at::receiver("slack", "api_url_env: LAPWING_TEST_SLACK")).request().url ==
        "http://from-environment/");
  const auto to = at::receiver("slack", "api_url: 'http://h/'");
  const auto refused = at::send(*to, {at::answer(200, R"({"ok":false,"error":"not_in_channel"})")});
  CHECK(refused.result->outcome == DeliveryOutcome::Rejected);
  CHECK(refused.result->error.find("not_in_channel") != std::string::npos);
  CHECK(at::errors("slack", "channel: x") == 1);
  CHECK(at::errors("slack", "api_url: 'http://h/', fields: [{title: x}]") == 1);
  CHECK(at::errors("slack", "api_url: 'http://h/', title: '{{ x'") == 1);
}
