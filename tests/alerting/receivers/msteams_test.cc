#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("msteams: the connector's card") {
  const auto to = at::receiver("msteams", "webhook_url: 'http://h/', text: x, summary: s");
  const JsonValue body = at::send(*to).json();
  CHECK(body.string_at("@type") == "MessageCard");
  CHECK(body.string_at("@context") == "http://schema.org/extensions");
  CHECK(body.string_at("title").find("[FIRING:1]") == 0);
  CHECK(body.string_at("summary") == "s");
  CHECK(body.string_at("text") == "x");
  CHECK(body.string_at("themeColor") == "8C1A1A");
  CHECK(at::errors("msteams", "text: x") == 1);
}

TEST_CASE("msteamsv2: an adaptive card in a message") {
  const auto to = at::receiver("msteamsv2", "webhook_url: 'http://h/', title: T, text: x");
  const JsonValue body = at::send(*to, {at::answer(202)}, at::one_ended()).json();
  CHECK(body.string_at("type") == "message");
  const JsonValue& card = body.find("attachments")->items.at(0);
  CHECK(card.string_at("contentType") == "application/vnd.microsoft.card.adaptive");
  const JsonValue& content = *card.find("content");
  CHECK(content.string_at("type") == "AdaptiveCard");
  CHECK(content.find("body")->items.at(0).string_at("text") == "T");
  CHECK(content.find("body")->items.at(0).string_at("color") == "Good");
  CHECK(content.find("body")->items.at(1).string_at("text") == "x");
}
