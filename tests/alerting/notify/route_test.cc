#include "alerting/notify/route.h"

#include <catch2/catch.hpp>

#include "tests/alerting/notify/plan.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::notify_plan;

namespace {

constexpr std::string_view kTree = R"(
route:
  receiver: default
  group_by: [alertname]
  group_wait: 1s
  routes:
    - receiver: page
      matchers: ['severity=~"page|critical"']
      group_interval: 2m
      routes:
        - {receiver: west, match: {zone: west}, group_by: ['...']}
    - {receiver: copy, match_re: {team: 'a.*'}, continue: true}
    - {receiver: team, match_re: {team: '.+'}}
receivers: [{name: default}, {name: page}, {name: west}, {name: copy}, {name: team}]
)";

std::vector<std::string> served(const Route& root, const Labels& labels) {
  std::vector<std::string> names;
  for (const Route* route : match_routes(root, labels)) names.push_back(route->receiver);
  return names;
}

}  // namespace

TEST_CASE("route: the first matching child ends the search, unless it continues") {
  const auto plan = notify_plan(kTree);
  const Route& root = *plan->route;
  using Names = std::vector<std::string>;
  CHECK(served(root, Labels{{"alertname", "x"}}) == Names{"default"});
  CHECK(served(root, Labels{{"severity", "page"}, {"team", "ab"}}) == Names{"page"});
  CHECK(served(root, Labels{{"severity", "page"}, {"zone", "west"}}) == Names{"west"});
  CHECK(served(root, Labels{{"team", "ab"}}) == Names{"copy", "team"});
  CHECK(served(root, Labels{{"team", "b"}}) == Names{"team"});
}

TEST_CASE("route: children inherit, group keys are Alertmanager's") {
  const auto plan = notify_plan(kTree);
  const Labels labels{{"alertname", "X"}, {"severity", "page"}, {"zone", "west"}};
  const Route* west = match_routes(*plan->route, labels).at(0);
  CHECK(west->group_wait == 1s);
  CHECK(west->group_interval == 2min);
  CHECK(west->repeat_interval == 4h);
  CHECK(group_key(*west, group_labels(*west, labels)) ==
        "{}/{severity=~\"page|critical\"}/{zone=\"west\"}:"
        "{alertname=\"X\", severity=\"page\", zone=\"west\"}");
  CHECK(group_key(*plan->route, group_labels(*plan->route, labels)) == "{}:{alertname=\"X\"}");
}

TEST_CASE("route: a group key with what needs escaping, as Alertmanager 0.33 wrote it") {
  const auto plan = notify_plan(R"(
route: {receiver: x, routes: [{matchers: ['severity=~"page|critical"', 'zone != "ea\"st"'], group_by: ['...']}]}
receivers: [{name: x}]
)");
  const Labels labels{{"alertname", "B"}, {"severity", "page"}, {"ü", "ö\n"}};
  const Route* route = match_routes(*plan->route, labels).at(0);
  CHECK(group_key(*route, group_labels(*route, labels)) ==
        "{}/{severity=~\"page|critical\",zone!=\"ea\\\"st\"}:"
        "{alertname=\"B\", severity=\"page\", ü=\"ö\\n\"}");
}

TEST_CASE("route: mistakes are errors") {
  const auto says = [](std::string_view yaml, std::string_view part) {
    config::Diagnostics diagnostics;
    lapwing::testing::alerting_options(yaml, diagnostics);
    std::string all;
    for (const auto& entry : diagnostics.errors()) all += entry.message + "\n";
    CAPTURE(yaml, all);
    CHECK(all.find(part) != std::string::npos);
  };
  says("route: {receiver: x}", "undefined receiver \"x\"");
  says("route: {}", "default receiver");
  says("route: {receiver: x, matchers: [a=b]}\nreceivers: [{name: x}]",
       "must not have any matchers");
  says("route: {receiver: x, group_by: [a, a]}\nreceivers: [{name: x}]", "duplicated label");
  says("route: {receiver: x, group_by: ['...', a]}\nreceivers: [{name: x}]", "wildcard");
  says("route: {receiver: x, group_interval: 0s}\nreceivers: [{name: x}]", "cannot be zero");
  says("route: {receiver: x, routes: [{matchers: ['a']}]}\nreceivers: [{name: x}]", "bad matcher");
  says("receivers: [{name: x}, {name: x}]", "not unique");
  says("route: {receiver: x, nonsense: 1}\nreceivers: [{name: x}]", "nonsense");
}
