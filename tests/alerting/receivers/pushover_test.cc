#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("pushover: a form") {
  const auto to = at::receiver("pushover",
                               "user_key: u, token: t, title: 'a b', message: 'ü&', priority: '1',"
                               " expire: 2h, url: 'http://x'");
  const auto sent = at::send(*to);
  CHECK(sent.request().url == "https://api.pushover.net/1/messages.json");
  CHECK(sent.header("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(sent.request().body ==
        "token=t&user=u&title=a%20b&message=%C3%BC%26&url=http%3A%2F%2Fx&priority=1&retry=60&"
        "expire=7200");
  CHECK(at::errors("pushover", "token: t") == 1);
  CHECK(at::errors("pushover", "user_key: u, token: t, html: true, monospace: true") == 1);
  const auto other = at::receiver("pushover", "user_key: u, token: t, api_url: 'http://h/push'");
  CHECK(at::send(*other).request().url == "http://h/push");
}
