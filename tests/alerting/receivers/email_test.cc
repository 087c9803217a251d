#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("email: envelope, login and message") {
  const auto to = at::receiver("email",
                               "to: 'Ops <ops@e.org>, me@e.org', from: 'l@e.org',"
                               " smarthost: 'mail:587', hello: h, auth_username: u,"
                               " auth_password: p, headers: {reply-to: 'r@e.org'}, text: plain");
  const auto sent = at::send(*to, {at::answer(250)});
  CHECK(sent.request().url == "smtp://mail:587/h");
  REQUIRE(sent.request().mail);
  CHECK(sent.request().mail->from == "l@e.org");
  CHECK(sent.request().mail->to == std::vector<std::string>{"ops@e.org", "me@e.org"});
  CHECK(sent.request().mail->require_tls);
  CHECK(sent.request().username == "u");
  CHECK(sent.request().password == "p");
  const std::string& body = sent.request().body;
  CHECK(body.find("Subject: [FIRING:1] A \r\n") != std::string::npos);
  CHECK(body.find("To: Ops <ops@e.org>, me@e.org\r\n") != std::string::npos);
  CHECK(body.find("Reply-To: r@e.org\r\n") != std::string::npos);
  CHECK(body.find("Message-Id: <0123456789abcdef0123456789abcdef@lapwing>\r\n") !=
        std::string::npos);
  CHECK(body.find("text/html") != std::string::npos);
  CHECK(body.find("Disk &lt;full&gt; =C3=BC") != std::string::npos);
  CHECK(sent.result->receipt == "250");
  CHECK_FALSE(to->send_resolved());
}

TEST_CASE("email: globals fill in, TLS from the first byte, and mistakes are errors") {
  config::Diagnostics diagnostics;
  const auto root = config::parse_yaml(
      "f", "receivers: [{name: a, email_configs: [{to: 'x@y', force_implicit_tls: true}]}]");
  config::Mapping map(*root, "", diagnostics);
  ReceiverGlobals globals;
  globals.mail.smarthost = "m:465";
  globals.mail.from = "f@y";
  const auto options = read_alerting_options(map, globals);
  REQUIRE(diagnostics.ok());
  const auto sent = at::send(*options.notify->receivers.at(0).integrations.at(0));
  CHECK(sent.request().url == "smtps://m:465/localhost");
  CHECK_FALSE(sent.request().mail->require_tls);
  CHECK(at::errors("email", "to: 'x@y'") == 2);
  const auto bad = at::receiver("email", "to: 'nobody', from: 'a@b', smarthost: 'm:25'");
  CHECK(at::send(*bad).result->outcome == DeliveryOutcome::Rejected);
}
