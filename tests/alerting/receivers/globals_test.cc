#include <catch2/catch.hpp>

#include "alerting/receivers/globals.h"
#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("globals: receivers take what the global section says") {
  const auto root = config::parse_yaml("f", R"(
smtp_smarthost: 'mail:587'
smtp_from: 'a@b'
smtp_auth_username: u
smtp_auth_password: p
smtp_require_tls: false
slack_api_url: 'http://slack/'
resolve_timeout: 90s
http_config: {proxy_url: 'http://proxy:1'}
opsgenie_api_key: k
)");
  config::Diagnostics diagnostics;
  config::Mapping map(*root, "global", diagnostics);
  const ReceiverGlobals globals = read_receiver_globals(map);
  map.finish();
  CHECK(diagnostics.ok());
  REQUIRE(diagnostics.warnings().size() == 1);
  CHECK(globals.http.proxy.url == "http://proxy:1");
  CHECK(globals.resolve_timeout == 90s);
  CHECK(globals.mail.smarthost == "mail:587");
  CHECK(globals.mail.password.reveal().value() == "p");
  CHECK_FALSE(globals.mail.require_tls);
  CHECK(globals.slack_api_url.reveal().value() == "http://slack/");
  CHECK(globals.pagerduty_url == "https://events.pagerduty.com/v2/enqueue");
}
