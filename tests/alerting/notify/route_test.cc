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

TEST_CASE("route: time intervals mute a route, or are the only times it speaks; not those below") {
  const auto plan = notify_plan(R"(
route:
  receiver: r
  routes:
    - {receiver: r, matchers: [a=1], mute_time_intervals: [night], routes: [{receiver: r, matchers: [b=1]}]}
    - {receiver: r, matchers: [a=2], active_time_intervals: [night, noon]}
receivers: [{name: r}]
time_intervals: [{name: night, time_intervals: [{times: [{start_time: '00:00', end_time: '06:00'}]}]}]
mute_time_intervals: [{name: noon, time_intervals: [{times: [{start_time: '12:00', end_time: '13:00'}]}]}]
)");
  using Names = std::vector<std::string>;
  const Timestamp night = parse_rfc3339("2026-11-20T03:12:00Z").value();
  const Timestamp morning = night + 5h;
  const Route& root = *plan->route;
  CHECK(muted_by(root, night).empty());
  CHECK(muted_by(root.children[0], night) == Names{"night"});
  CHECK(muted_by(root.children[0], morning).empty());
  CHECK(muted_by(root.children[0].children[0], night).empty());
  CHECK(muted_by(root.children[1], night).empty());
  CHECK(muted_by(root.children[1], morning) == Names{"night", "noon"});
}

TEST_CASE("route: an unknown time interval, one at the root, one named twice are errors") {
  for (const auto& [yaml, why] : std::vector<std::pair<std::string, std::string>>{
           {"route: {receiver: r, routes: [{receiver: r, mute_time_intervals: [x]}]}\n",
            "undefined time interval \"x\" used in route"},
           {"route: {receiver: r, active_time_intervals: [x]}\n",
            "root route must not have any active_time_intervals"},
           {"time_intervals: [{name: x}, {name: x}]\n", "time interval \"x\" is not unique"}}) {
    config::Diagnostics diagnostics;
    lapwing::testing::alerting_options(yaml + "receivers: [{name: r}]\n", diagnostics);
    REQUIRE(diagnostics.errors().size() == 1);
    CHECK(diagnostics.errors()[0].message.find(why) != std::string::npos);
  }
}
