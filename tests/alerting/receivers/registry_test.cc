#include "alerting/receivers/registry.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"

using namespace lapwing;

TEST_CASE("receivers: kinds that are not built yet warn, unknown ones fail") {
  config::Diagnostics diagnostics;
  const auto options = lapwing::testing::alerting_options(
      "receivers: [{name: a, jira_configs: [{channel: x}], webhook_configs: [{url: 'http://h'}]}]",
      diagnostics);
  CHECK(diagnostics.ok());
  REQUIRE(diagnostics.warnings().size() == 1);
  CHECK(diagnostics.warnings()[0].message.find("jira_configs") != std::string::npos);
  CHECK(options.notify->receivers.at(0).integrations.size() == 1);
  CHECK(options.notify->receivers.at(0).integrations.at(0)->kind() == "webhook");
  config::Diagnostics wrong;
  lapwing::testing::alerting_options("receivers: [{name: a, pigeon_configs: []}]", wrong);
  CHECK_FALSE(wrong.ok());
}
