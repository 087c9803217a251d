#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("dingtalk: a signed Markdown message") {
  const auto to = at::receiver("dingtalk",
                               "webhook_url: 'https://oapi.dingtalk.com/robot/send?access_token=t',"
                               " secret: SECx, at_mobiles: ['150'], title: T, text: x");
  const auto sent = at::send(*to, {at::answer(200, R"({"errcode":0,"errmsg":"ok"})")});
  // printf '1700000000000\nSECx' | openssl dgst -sha256 -hmac SECx -binary | base64
  CHECK(sent.request().url ==
        "https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1700000000000&sign="
        "rgcjbH%2ByFyES%2BS0llX%2BcAPCwVRpsr7sbiX5Lnyo%2FocU%3D");
  CHECK(sent.request().method == "POST");
  const JsonValue body = sent.json();
  CHECK(body.string_at("msgtype") == "markdown");
  CHECK(body.find("markdown")->string_at("title") == "T");
  CHECK(body.find("markdown")->string_at("text") == "x @150");
  CHECK(body.find("at")->find("atMobiles")->items.at(0).text == "150");
  CHECK(sent.result->outcome == DeliveryOutcome::Delivered);
  CHECK(at::errors("dingtalk", "title: x") == 1);
}

TEST_CASE("dingtalk: an error code in a 200 is no delivery, too many is a pause") {
  const auto to = at::receiver("dingtalk", "webhook_url: 'http://h/'");
  CHECK(at::send(*to, {at::answer(200, R"({"errcode":310000,"errmsg":"sign not match"})")})
            .result->error == "errcode 310000: sign not match");
  const auto busy = at::send(*to, {at::answer(200, R"({"errcode":130101,"errmsg":"too fast"})")});
  CHECK(busy.result->outcome == DeliveryOutcome::Retry);
  CHECK(busy.result->retry_after == 1min);
}
