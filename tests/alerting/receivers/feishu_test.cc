#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("feishu: a signed card") {
  const auto to =
      at::receiver("feishu", "webhook_url: 'http://h/', secret: SECx, title: T, text: x");
  const auto sent = at::send(*to, {at::answer(200, R"({"code":0,"msg":"success"})")});
  const JsonValue body = sent.json();
  CHECK(body.string_at("timestamp") == "1700000000");
  // HMAC-SHA256 of nothing under "1700000000\nSECx", by Python.
  CHECK(body.string_at("sign") == "SqAAKq+LeBpM90HLQbQZuXzQJU2DWQuN3nGpYvrdFMc=");
  CHECK(body.string_at("msg_type") == "interactive");
  const JsonValue& header = *body.find("card")->find("header");
  CHECK(header.string_at("template") == "red");
  CHECK(header.find("title")->string_at("content") == "T");
  CHECK(body.find("card")->find("elements")->items.at(0).string_at("content") == "x");
  CHECK(sent.result->outcome == DeliveryOutcome::Delivered);
  CHECK(at::errors("feishu", "title: x") == 1);
}

TEST_CASE("feishu: an error code in a 200 is no delivery") {
  const auto to = at::receiver("feishu", "webhook_url: 'http://h/'");
  const auto refused =
      at::send(*to, {at::answer(200, R"({"code":19021,"msg":"sign match fail"})")});
  CHECK(refused.result->outcome == DeliveryOutcome::Rejected);
  CHECK(refused.result->error == "code 19021: sign match fail");
  CHECK(at::send(*to, {at::answer(200, "<html>")}).result->outcome == DeliveryOutcome::Retry);
}
