#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("discord: content and one embed, coloured by status") {
  const auto to = at::receiver("discord", "webhook_url: 'http://h/', username: bot");
  const auto sent = at::send(*to, {at::answer(204)});
  const JsonValue body = sent.json();
  CHECK(body.string_at("username") == "bot");
  CHECK(body.find("content") != nullptr);
  const JsonValue& embed = body.find("embeds")->items.at(0);
  CHECK(embed.find("color")->number == 10038562);
  CHECK(embed.string_at("title").find("[FIRING:1]") == 0);
  CHECK(embed.string_at("description").find("alertname = A") != std::string_view::npos);
  CHECK(at::send(*to, {at::answer(204)}, at::one_ended())
            .json()
            .find("embeds")
            ->items.at(0)
            .find("color")
            ->number == 3066993);
}

TEST_CASE("discord: 429 is a pause as long as it asks for") {
  const auto to = at::receiver("discord", "webhook_url: 'http://h/'");
  const auto busy = at::send(*to, {at::answer(429, "{}", {{"Retry-After", "2.5"}})});
  CHECK(busy.result->outcome == DeliveryOutcome::Retry);
  CHECK(busy.result->retry_after == 2500ms);
  CHECK(at::errors("discord", "title: x") == 1);
}
