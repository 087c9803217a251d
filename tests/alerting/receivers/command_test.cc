#include <future>

#include <catch2/catch.hpp>

#include "tests/alerting/receivers/sending.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

namespace {

constexpr const char* kAllowed = "notifications: {allow_commands: true}\n";

/// The program's thread calls back: waits for it.
DeliveryResult run(const std::string& options) {
  const auto to = at::receiver("command", options, kAllowed);
  const std::string external_url;
  const TemplateSet templates;
  const HttpSender http;
  std::promise<DeliveryResult> promise;
  to->send(at::two_alerts(), {external_url, templates, http, at::kSendTime},
           [&](DeliveryResult result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

}  // namespace

TEST_CASE("command: the program reads the payload, its words are fixed, no shell looks at them") {
  const auto counted = run("command: [/usr/bin/wc, -c]");
  CHECK(counted.outcome == DeliveryOutcome::Delivered);
  CHECK(std::stoi(counted.receipt) > 300);
  CHECK(run("command: [/bin/echo, '$HOME;{{ .Status }}']").receipt == "$HOME;{{ .Status }}\n");
  CHECK(run("command: [/usr/bin/env]").receipt.find("LAPWING_STATUS=firing") != std::string::npos);
}

TEST_CASE("command: failures are tried again, a program that hangs is ended") {
  const auto failed = run("command: [/bin/sh, -c, 'echo no >&2; exit 3']");
  CHECK(failed.outcome == DeliveryOutcome::Retry);
  CHECK(failed.error == "exit status 3: no\n");
  CHECK(run("command: [/nowhere/program]").outcome == DeliveryOutcome::Retry);
  CHECK(run("command: [/bin/sleep, '100'], timeout: 50ms").error == "it took longer than 50ms");
}

TEST_CASE("command: nothing runs unless it is allowed") {
  CHECK(at::errors("command", "command: [/bin/true]") == 1);
  config::Diagnostics diagnostics;
  lapwing::testing::alerting_options(
      std::string("receivers: [{name: a, command_configs: [{command: [relative]}]}]\n") + kAllowed,
      diagnostics);
  CHECK(diagnostics.errors().size() == 1);
}
