#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("wechat: a token first, kept for the next message") {
  const auto to = at::receiver("wechat",
                               "api_url: 'http://h/cgi-bin/', corp_id: c, api_secret: 's&',"
                               " agent_id: '7', to_user: u, message: m");
  const auto token = at::answer(200, R"({"errcode":0,"access_token":"t/1","expires_in":7200})");
  const auto sent = at::send(*to, {token, at::answer(200, R"({"errcode":0,"errmsg":"ok"})")});
  REQUIRE(sent.requests.size() == 2);
  CHECK(sent.requests[0].method == "GET");
  CHECK(sent.requests[0].url == "http://h/cgi-bin/gettoken?corpid=c&corpsecret=s%26");
  CHECK(sent.requests[1].url == "http://h/cgi-bin/message/send?access_token=t%2F1");
  const JsonValue body = sent.json(1);
  CHECK(body.string_at("msgtype") == "text");
  CHECK(body.find("text")->string_at("content") == "m");
  CHECK(body.string_at("touser") == "u");
  CHECK(body.string_at("agentid") == "7");
  CHECK(sent.result->outcome == DeliveryOutcome::Delivered);
  SECTION("until the service knows it no more") {
    const auto expired =
        at::send(*to, {at::answer(200, R"({"errcode":42001,"errmsg":"expired"})")});
    REQUIRE(expired.requests.size() == 1);
    CHECK(expired.result->outcome == DeliveryOutcome::Retry);
    CHECK(at::send(*to, {token, at::answer(200, R"({"errcode":0})")}).requests.size() == 2);
  }
}

TEST_CASE("wechat: what is missing is an error, a refused token is tried again") {
  CHECK(at::errors("wechat", "agent_id: '7'") == 2);
  const auto to = at::receiver("wechat", "corp_id: c, api_secret: s");
  const auto sent = at::send(*to, {at::answer(200, R"({"errcode":40001,"errmsg":"bad secret"})")});
  CHECK(sent.requests.size() == 1);
  CHECK(sent.result->outcome == DeliveryOutcome::Retry);
  CHECK(sent.result->error == "errcode 40001: bad secret");
}
