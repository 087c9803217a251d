#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("telegram: sendMessage, values escaped for its HTML") {
  const auto to = at::receiver("telegram",
                               "bot_token: '1:t', chat_id: -100, message_thread_id: 5,"
                               " message: '<b>{{ .CommonAnnotations.summary }}</b>'");
  const auto sent = at::send(*to, {at::answer(200, R"({"ok":true,"result":{}})")});
  CHECK(sent.request().url == "https://api.telegram.org/bot1:t/sendMessage");
  const JsonValue body = sent.json();
  CHECK(body.string_at("chat_id") == "-100");
  CHECK(body.string_at("text") == "<b>Disk &lt;full&gt; ü</b>");
  CHECK(body.string_at("parse_mode") == "HTML");
  CHECK(body.find("message_thread_id")->number == 5);
  CHECK(sent.result->outcome == DeliveryOutcome::Delivered);
  CHECK(at::send(*to, {at::answer(200, R"({"ok":false})")}).result->outcome ==
        DeliveryOutcome::Rejected);
  CHECK(at::send(*to, {at::answer(429, "", {{"Retry-After", "7"}})}).result->retry_after == 7s);
  CHECK(at::errors("telegram", "parse_mode: HTML") == 2);
}
