#include "alerting/evaluator.h"

#include <catch2/catch.hpp>

#include "alerting/alert_policy.h"

#include "tests/alerting/rules.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::rule_groups;

namespace {

/// A store, a clock and the rules over them.
struct Bench {
  testing::FakeClock clock{from_millis(1'700'000'000'000)};
  testing::MemoryStore store;
  promql::Engine engine{{}, clock};
  Watermark watermark;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::vector<RuleUpdate> updates;
  bool full = false;
  Rules rules;

  explicit Bench(std::vector<StoredAlert> restored = {})
      : rules(
            {store, store, engine, watermark, clock, log, registry},
            [this](RuleUpdate update) {
              if (full) return false;
              updates.push_back(std::move(update));
              return true;
            },
            std::move(restored)) {}

  /// A second passes; `x` has this value in it.
  Timestamp tick(double x) {
    clock.advance(1s);
    store.add(Labels{{"__name__", "x"}, {"i", "1"}}, clock.now(), x);
    watermark.advance(clock.now());
    return rules.step(clock.now());
  }

  std::vector<AlertNotice> notices() {
    std::vector<AlertNotice> all;
    for (RuleUpdate& update : updates)
      for (AlertNotice& notice : update.notices) all.push_back(notice);
    updates.clear();
    return all;
  }

  double newest(const Labels& labels) const {
    std::vector<Matcher> matchers;
    for (const Label label : labels)
      matchers.push_back(Matcher::equal(std::string(label.name), std::string(label.value)));
    const auto set = *store.select(matchers, {});
    if (set->size() != 1) return -1;
    Columns columns;
    (void)set->read(0, columns);
    return columns.values.back();
  }

  double counter(const std::string& name) { return registry.counter(name, "").value(); }
};

constexpr std::string_view kAlert = R"(
groups:
  - name: g
    interval: 1s
    rules:
      - alert: High
        expr: x > 5
        for: 2s
        labels: {severity: page}
        annotations: {summary: 'x is {{ $value }}'}
)";

}  // namespace

TEST_CASE("rules: an alert is pending, fires, is told, and resolves") {
  Bench bench;
  bench.rules.apply({rule_groups(kAlert), Labels{{"dc", "fra"}, {"severity", "no"}}, "http://h"});
  bench.rules.step(bench.clock.now());
  bench.tick(1);
  bench.tick(6);
  const Timestamp active = bench.clock.now();
  CHECK(bench.rules.status()[0].rules[0].state == AlertState::Pending);
  CHECK(bench.newest(Labels{{"__name__", "ALERTS"}, {"alertstate", "pending"}}) == 1);
  CHECK(bench.newest(Labels{{"__name__", "ALERTS_FOR_STATE"}}) == double(to_millis(active) / 1000));
  CHECK(bench.notices().empty());
  bench.tick(7);
  bench.tick(8);
  const auto told = bench.notices();
  REQUIRE(told.size() == 1);
  CHECK(told[0].labels ==
        Labels{{"alertname", "High"}, {"dc", "fra"}, {"i", "1"}, {"severity", "page"}});
  CHECK(told[0].annotations == Labels{{"summary", "x is 8"}});
  CHECK(told[0].starts_at == active + 2s);
  CHECK(told[0].ends_at == active + 2s + 4min);
  CHECK(told[0].generator_url == "http://h/graph?g0.expr=x+%3E+5&g0.tab=1");
  CHECK(bench.newest(Labels{{"__name__", "ALERTS"}, {"alertstate", "firing"}}) == 1);
  CHECK(is_stale(bench.newest(Labels{{"__name__", "ALERTS"}, {"alertstate", "pending"}})));
  const auto status = bench.rules.status();
  CHECK(status[0].rules[0].state == AlertState::Firing);
  CHECK(status[0].rules[0].health == RuleHealth::Ok);
  CHECK(status[0].rules[0].alerts[0].value == 8);
  bench.tick(1);
  const auto ended = bench.notices();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].ends_at == bench.clock.now());
  CHECK(is_stale(bench.newest(Labels{{"__name__", "ALERTS"}, {"alertstate", "firing"}})));
}

TEST_CASE("rules: a recording rule writes its series, later rules of the group see them") {
  Bench bench;
  bench.rules.apply({rule_groups(R"(
groups:
  - name: g
    interval: 1s
    rules:
      - {record: double, expr: x * 2, labels: {a: b}}
      - {record: quadruple, expr: double * 2}
      - {record: one, expr: '1'}
)"),
                     {},
                     ""});
  bench.rules.step(bench.clock.now());
  bench.tick(3);
  CHECK(bench.newest(Labels{{"__name__", "double"}, {"a", "b"}, {"i", "1"}}) == 6);
  CHECK(bench.newest(Labels{{"__name__", "quadruple"}}) == 12);
  CHECK(bench.newest(Labels{{"__name__", "one"}}) == 1);
}

TEST_CASE("rules: a group waits for the samples of its tick, at most 200 ms") {
  Bench bench;
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  const Timestamp start = bench.clock.now();
  CHECK(bench.rules.step(start) == start + 1s);
  bench.watermark.expect(start + 1s);
  bench.watermark.advance(start + 1s);
  CHECK(bench.rules.step(start + 1s) == start + 1s + 200ms);
  CHECK(bench.rules.status()[0].last_evaluation == Timestamp{});
  SECTION("the samples come") {
    bench.watermark.commit(start + 1s);
    CHECK(bench.rules.step(start + 1s + 40ms) == start + 2s);
  }
  SECTION("they do not come") {
    CHECK(bench.rules.step(start + 1s + 199ms) == start + 1s + 200ms);
    CHECK(bench.rules.step(start + 1s + 200ms) == start + 2s);
  }
  CHECK(bench.rules.status()[0].last_evaluation == start + 1s);
}

TEST_CASE("rules: evaluations that were slept through are counted, not made up for") {
  Bench bench;
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  bench.rules.step(bench.clock.now());
  bench.clock.advance(10s);
  bench.watermark.advance(bench.clock.now());
  bench.rules.step(bench.clock.now());
  CHECK(bench.counter("lapwing_rule_group_iterations_missed_total") == 9);
  CHECK(bench.counter("lapwing_rule_evaluations_total") == 1);
}

TEST_CASE("rules: how late evaluations are done is counted") {
  Bench bench;
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  bench.rules.step(bench.clock.now());
  for (const Duration passed : {1100ms, 1600ms}) {
    bench.clock.advance(passed);
    bench.watermark.advance(bench.clock.now());
    bench.rules.step(bench.clock.now());
  }
  CHECK(bench.counter("lapwing_rule_group_delay_seconds_total") == Approx(0.1 + 0.7));
  CHECK(bench.counter("lapwing_rule_group_late_total") == 1);
}

TEST_CASE("rules: a recording rule's new labels hold from the reload on") {
  Bench bench;
  for (const std::string label : {"a", "b"}) {
    bench.rules.apply({rule_groups("groups: [{name: g, interval: 1s, rules: [{record: double,"
                                   " expr: x * 2, labels: {l: " +
                                   label + "}}]}]"),
                       {},
                       ""});
    bench.rules.step(bench.clock.now());
    bench.tick(3);
    bench.tick(4);
    CHECK(bench.newest(Labels{{"__name__", "double"}, {"i", "1"}, {"l", label}}) == 8);
  }
}

TEST_CASE("rules: after a backward clock step groups go on") {
  Bench bench;
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  bench.tick(1);
  bench.tick(1);
  bench.clock.set(bench.clock.now() - 1h);
  const Timestamp wake = bench.rules.step(bench.clock.now());
  CHECK(wake <= bench.clock.now() + 1s);
}

TEST_CASE("rules: a query that fails keeps the alerts and says why") {
  Bench bench;
  bench.rules.apply({rule_groups(R"(
groups: [{name: g, interval: 1s, rules: [{alert: A, expr: '(x > 5) * on () group_left y'}]}]
)"),
                     {},
                     ""});
  bench.rules.step(bench.clock.now());
  bench.store.add(Labels{{"__name__", "y"}}, bench.clock.now() + 1s, 1);
  bench.tick(6);
  REQUIRE(bench.rules.status()[0].rules[0].state == AlertState::Firing);
  bench.notices();
  // Two series on the side of the "one": the operator cannot match.
  bench.store.add(Labels{{"__name__", "y"}, {"other", "1"}}, bench.clock.now() + 1s, 1);
  bench.tick(9);
  const auto status = bench.rules.status();
  CHECK(status[0].rules[0].health == RuleHealth::Error);
  CHECK_FALSE(status[0].rules[0].last_error.empty());
  CHECK(status[0].rules[0].state == AlertState::Firing);
  CHECK(bench.notices().empty());
  CHECK(bench.counter("lapwing_rule_evaluation_failures_total") == 1);
}

TEST_CASE("rules: results past the limit and double label sets fail a recording rule") {
  Bench bench;
  bench.store.add(Labels{{"__name__", "x"}, {"i", "2"}}, bench.clock.now() + 1s, 1);
  bench.rules.apply({rule_groups(R"(
groups:
  - name: a
    interval: 1s
    limit: 1
    rules: [{record: many, expr: x}]
  - name: b
    interval: 1s
    rules: [{record: same, expr: x, labels: {i: same}}]
)"),
                     {},
                     ""});
  bench.rules.step(bench.clock.now());
  bench.tick(1);
  const auto status = bench.rules.status();
  CHECK(status[0].rules[0].last_error == "exceeded limit of 1 with 2 series");
  CHECK(status[1].rules[0].last_error.find("same labelset") != std::string::npos);
}

TEST_CASE("rules: a reload keeps the state of what stays and ends what goes") {
  Bench bench;
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  bench.rules.step(bench.clock.now());
  bench.tick(6);
  const Timestamp active = bench.clock.now();
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  bench.tick(6);
  bench.tick(6);
  const auto status = bench.rules.status();
  CHECK(status[0].rules[0].alerts.at(0).active_at == active);
  CHECK(status[0].rules[0].state == AlertState::Firing);
  bench.updates.clear();
  bench.rules.apply({{}, {}, ""});
  bench.tick(6);
  CHECK(bench.rules.status().empty());
  REQUIRE(bench.updates.size() == 1);
  CHECK(bench.updates[0].forgotten.size() == 1);
  CHECK(is_stale(bench.newest(Labels{{"__name__", "ALERTS_FOR_STATE"}})));
}

TEST_CASE("rules: `for` goes on after a restart where it stood") {
  std::vector<StoredAlert> stored;
  Timestamp active;
  {
    Bench bench;
    bench.rules.apply({rule_groups(kAlert), {}, ""});
    bench.rules.step(bench.clock.now());
    bench.tick(6);
    active = bench.clock.now();
    REQUIRE(bench.updates.size() == 1);
    stored = bench.updates[0].changed;
    REQUIRE(stored.size() == 1);
  }
  Bench bench(stored);
  bench.clock.set(active);
  bench.rules.apply({rule_groups(kAlert), {}, ""});
  bench.rules.step(bench.clock.now());
  bench.tick(6);
  CHECK(bench.rules.status()[0].rules[0].state == AlertState::Pending);
  bench.tick(6);
  CHECK(bench.rules.status()[0].rules[0].state == AlertState::Firing);
  CHECK(bench.rules.status()[0].rules[0].alerts.at(0).active_at == active);
}

TEST_CASE("rules: what could not be handed on is told again") {
  Bench bench;
  bench.rules.apply({rule_groups(R"(
groups:
  - {name: g, interval: 1s, rules: [{alert: A, expr: x > 5}]}
)"),
                     {},
                     ""});
  bench.rules.step(bench.clock.now());
  bench.full = true;
  bench.tick(6);
  bench.full = false;
  bench.tick(6);
  REQUIRE(bench.updates.size() == 1);
  CHECK(bench.updates[0].changed.size() == 1);
  CHECK(bench.updates[0].notices.size() == 1);
}

TEST_CASE("rules: on_no_data fire begins an alert when nothing is there at all") {
  Bench bench;
  auto groups = rule_groups(
      "groups: [{name: g, interval: 1s, rules: [{alert: A, expr: none > 1, labels: {a: b}}]}]");
  AlertPolicy policy;
  policy.on_no_data = OnNoData::Fire;
  groups[0].rules[0].policy = std::make_shared<const AlertPolicy>(policy);
  bench.rules.apply({groups, {}, ""});
  bench.tick(1);
  for (int i = 0; i < 3; ++i) bench.tick(1);
  const auto alerts = bench.rules.status()[0].rules[0].alerts;
  REQUIRE(alerts.size() == 1);
  CHECK(alerts[0].state == AlertState::Firing);
  CHECK(alerts[0].labels == Labels{{"alertname", "A"}, {"a", "b"}});
  bench.store.add(Labels{{"__name__", "none"}}, bench.clock.now() + 1s, 0);
  bench.tick(1);
  CHECK(bench.rules.status()[0].rules[0].alerts.empty());
}

TEST_CASE("rules: a value is written down when it cannot change any more, else once a minute") {
  Bench bench;
  bench.rules.apply({rule_groups(R"(
groups: [{name: g, interval: 1s, rules: [{alert: High, expr: x > 5, keep_firing_for: 1m}]}]
)"),
                     {},
                     ""});
  bench.tick(0);
  bench.tick(6);
  bench.updates.clear();
  for (int i = 0; i < 30; ++i) bench.tick(10 + i);
  std::size_t written = 0;
  for (const RuleUpdate& update : bench.updates) written += update.changed.size();
  CHECK(written == 0);
  bench.updates.clear();
  bench.tick(1);  // kept firing: 39 is its last value
  REQUIRE(bench.updates.size() == 1);
  REQUIRE(bench.updates[0].changed.size() == 1);
  CHECK(bench.updates[0].changed[0].alert.value == 39);
  CHECK(bench.updates[0].changed[0].alert.peak == 39);
  bench.updates.clear();
  for (int i = 0; i < 62; ++i) bench.tick(1);
  REQUIRE_FALSE(bench.updates.empty());
  const Alert& ended = bench.updates.back().changed.back().alert;
  CHECK(ended.state == AlertState::Inactive);
  CHECK(ended.recovered == 1);
  const auto notices = bench.notices();
  REQUIRE_FALSE(notices.empty());
  CHECK(notices.back().values.peak == 39);
  CHECK(notices.back().values.last == 39);
  CHECK(notices.back().values.recovered == 1);
}
