#include "alerting/options.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr ShippedRules kShipped[] = {{"shipped/a.yml", "groups: [{name: shipped}]"}};

std::vector<std::string> group_names(const AlertingOptions& options) {
  config::Diagnostics diagnostics;
  std::vector<std::string> names;
  for (const RuleGroup& group : load_rule_groups(options, {}, kShipped, diagnostics))
    names.push_back(group.name);
  REQUIRE(diagnostics.ok());
  return names;
}

}  // namespace

TEST_CASE("options: shipped rules run unless the configuration says otherwise") {
  const lapwing::testing::TemporaryDirectory folder;
  folder.write("own.yml", "groups: [{name: own}]");
  config::Diagnostics diagnostics;
  const auto read = [&](const std::string& yaml) {
    return lapwing::testing::alerting_options(yaml, diagnostics);
  };
  using Names = std::vector<std::string>;
  CHECK(group_names(read("{}")) == Names{"shipped"});
  CHECK(group_names(read("rules: {shipped: false}")) == Names{});
  CHECK(group_names(read("rules: {shipped: " + (folder / "*.yml") + "}")) == Names{"own"});
  CHECK(group_names(read("rule_files: [" + (folder / "own.yml") + "]")) == Names{"shipped", "own"});
  CHECK(diagnostics.ok());
}

TEST_CASE("options: what is known and not served warns") {
  config::Diagnostics diagnostics;
  const auto root = config::parse_yaml(
      "l.yml", "global: {resolve_timeout: 3m, webex_api_url: x}\ntemplates: []\n");
  config::Mapping map(*root, "", diagnostics);
  ReceiverGlobals globals;
  map.section("global", [&](config::Mapping& global) { globals = read_receiver_globals(global); });
  const auto options = read_alerting_options(map, globals);
  CHECK_FALSE(options.notify->route.has_value());
  CHECK(options.notify->resolve_timeout == 3min);
  map.finish();
  CHECK(diagnostics.ok());
  CHECK(diagnostics.warnings().size() == 1);
}
