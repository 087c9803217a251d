#include "agent/app/alertmanagers.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::app;

namespace {

AlertmanagersPlan read(std::string_view yaml, config::Diagnostics& diagnostics) {
  const auto root = config::parse_yaml("l.yml", yaml);
  REQUIRE(root.ok());
  config::Mapping map(*root, "", diagnostics);
  auto plan = read_alertmanagers(map);
  map.finish();
  return plan;
}

}  // namespace

TEST_CASE("alertmanagers: static targets become API addresses, relabelled and authorised") {
  config::Diagnostics diagnostics;
  auto plan = read(R"(
alerting:
  alert_relabel_configs: [{target_label: dc, replacement: b}]
  alertmanagers:
  - scheme: https
    path_prefix: /am/
    timeout: 3s
    basic_auth: {username: u, password: p}
    static_configs: [{targets: ['a:9093', 'b:9093', 'c:9093']}]
    relabel_configs: [{source_labels: [__address__], regex: 'c.*', action: drop}]
    alert_relabel_configs: [{source_labels: [alertname], regex: Quiet, action: drop}]
)",
                   diagnostics);
  REQUIRE(diagnostics.ok());
  LabelsBuilder labels;
  REQUIRE(relabelling(plan.alert_relabel_rules)(labels));
  CHECK(labels.get("dc") == "b");
  CHECK_FALSE(relabelling({}));

  lapwing::testing::FakeClock clock{from_millis(1'700'000'000'000)};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  alerting::OutsideList list;
  int woken = 0;
  Alertmanagers alertmanagers({.clock = clock,
                               .log = log,
                               .registry = registry,
                               .send = [](http::ClientRequest, const http::ClientCallback&) {},
                               .tell = [&](alerting::OutsideList told) { list = std::move(told); },
                               .wake = [&] { ++woken; }});
  alertmanagers.apply(plan.alertmanagers);
  CHECK(woken == 1);
  alertmanagers.step(clock.now());
  REQUIRE(list.size() == 2);
  CHECK(list[0]->url == "https://a:9093/am/api/v2/alerts");
  CHECK(list[0]->timeout == 3s);
  http::ClientRequest request;
  REQUIRE(list[0]->prepare(request));
  CHECK(request.username == "u");
  LabelsBuilder quiet;
  quiet.set("alertname", "Quiet");
  CHECK_FALSE(list[0]->relabel(quiet));
  alertmanagers.apply({});
  alertmanagers.step(clock.now());
  CHECK(list.empty());
}

TEST_CASE("alertmanagers: mistakes are errors") {
  for (const char* const text :
       {"{api_version: v1, static_configs: []}", "{timeout: 0s}", "{nonsense: 1}", "{scheme: ftp}",
        "{alert_relabel_configs: [{action: nothing}]}"}) {
    INFO(text);
    config::Diagnostics diagnostics;
    read(std::string("alerting: {alertmanagers: [") + text + "]}", diagnostics);
    CHECK(diagnostics.errors().size() == 1);
  }
}
