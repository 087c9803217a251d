#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("ntfy: published as JSON, with a token") {
  const auto to = at::receiver("ntfy", "url: 'http://h/', topic: ops, token: tk_1, tags: [disk]");
  const auto sent = at::send(*to);
  CHECK(sent.request().url == "http://h/");
  CHECK(sent.header("Authorization") == "Bearer tk_1");
  const JsonValue body = sent.json();
  CHECK(body.string_at("topic") == "ops");
  CHECK(body.string_at("title").find("[FIRING:1]") == 0);
  CHECK(body.find("priority")->number == 4);
  CHECK(body.find("tags")->items.at(1).text == "disk");
  CHECK(at::send(*to, {at::answer(200)}, at::one_ended()).json().find("priority")->number == 3);
  CHECK(at::errors("ntfy", "priority: 4") == 1);
  CHECK(at::errors("ntfy", "topic: a, priority: 6") == 1);
}
