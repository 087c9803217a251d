#include "alerting/alert.h"

#include <catch2/catch.hpp>

#include "alerting/alert_policy.h"

#include "tests/alerting/rules.h"

using namespace lapwing;
using namespace lapwing::alerting;
using lapwing::testing::only_rule;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

Rule rule(const std::string& more = "") {
  return only_rule("groups: [{name: g, rules: [{alert: A, expr: x" + more + "}]}]");
}

promql::Vector vector(std::initializer_list<Labels> all, double value = 1) {
  promql::Vector result;
  for (const Labels& labels : all) result.push_back({labels, kStart, value});
  return result;
}

/// Steps through a rule's life, a second at a time.
struct Life {
  Rule rule;
  ActiveAlerts active{};
  std::uint64_t limit = 0;

  Result<AlertStep> at(int second, const promql::Vector& result) {
    const Timestamp now = kStart + std::chrono::seconds(second);
    auto current = expand_alerts(rule, result, now, {});
    REQUIRE(current.ok());
    return step_alerts(rule, std::move(*current), now, limit, active);
  }
  const Alert& only() const {
    REQUIRE(active.size() == 1);
    return active.begin()->second;
  }
};

const Labels kOne{{"__name__", "x"}, {"i", "1"}};
const Labels kTwo{{"__name__", "x"}, {"i", "2"}};

}  // namespace

TEST_CASE("alert: without `for` it fires at once and resolves when the condition ends") {
  Life life{rule()};
  CHECK(life.at(0, vector({kOne}))->live.size() == 1);
  CHECK(life.only().state == AlertState::Firing);
  CHECK(life.only().labels == Labels{{"alertname", "A"}, {"i", "1"}});
  CHECK(life.only().active_at == kStart);
  CHECK(life.only().fired_at == kStart);
  CHECK(life.at(1, {})->live.empty());
  CHECK(life.only().state == AlertState::Inactive);
  CHECK(life.only().resolved_at == kStart + 1s);
}

TEST_CASE("alert: with `for` it is pending until the time has passed") {
  Life life{rule(", for: 3s")};
  for (int second = 0; second < 3; ++second) {
    (void)life.at(second, vector({kOne}));
    CHECK(life.only().state == AlertState::Pending);
  }
  (void)life.at(3, vector({kOne}));
  CHECK(life.only().state == AlertState::Firing);
  CHECK(life.only().active_at == kStart);
  CHECK(life.only().fired_at == kStart + 3s);
}

TEST_CASE("alert: a pending alert whose condition ends is forgotten") {
  Life life{rule(", for: 3s")};
  (void)life.at(0, vector({kOne}));
  CHECK(life.at(1, {})->forgotten.size() == 1);
  CHECK(life.active.empty());
}

TEST_CASE("alert: keep_firing_for bridges gaps, each gap anew") {
  Life life{rule(", keep_firing_for: 3s")};
  (void)life.at(0, vector({kOne}));
  CHECK(life.at(1, {})->live.size() == 1);
  CHECK(life.at(3, {})->live.size() == 1);
  (void)life.at(4, vector({kOne}));
  CHECK(life.at(5, {})->live.size() == 1);
  CHECK(life.at(7, {})->live.size() == 1);
  CHECK(life.at(8, {})->live.empty());
  CHECK(life.only().resolved_at == kStart + 8s);
}

TEST_CASE("alert: a resolved alert is kept 15 minutes, then forgotten") {
  Life life{rule()};
  (void)life.at(0, vector({kOne}));
  (void)life.at(1, {});
  CHECK(life.at(901, {})->forgotten.empty());
  CHECK(life.at(902, {})->forgotten.size() == 1);
  CHECK(life.active.empty());
}

TEST_CASE("alert: after it has resolved it begins anew") {
  Life life{rule()};
  (void)life.at(0, vector({kOne}));
  (void)life.at(1, {});
  (void)life.at(2, vector({kOne}));
  CHECK(life.only().state == AlertState::Firing);
  CHECK(life.only().active_at == kStart + 2s);
  CHECK(life.only().resolved_at == Timestamp{});
}

TEST_CASE("alert: annotations and value follow the result, labels are identity") {
  Life life{rule(", labels: {v: '{{ $value }}'}, annotations: {a: '{{ $value }}'}")};
  (void)life.at(0, vector({kOne}, 1));
  (void)life.at(1, vector({kOne}, 2));
  CHECK(life.active.size() == 2);
  Life steady{rule(", annotations: {a: '{{ $value }}'}")};
  (void)steady.at(0, vector({kOne}, 1));
  (void)steady.at(1, vector({kOne}, 2));
  CHECK(steady.only().annotations == Labels{{"a", "2"}});
  CHECK(steady.only().value == 2);
  CHECK(steady.only().active_at == kStart);
}

TEST_CASE("alert: two results with one label set fail the rule") {
  const Rule same = rule(", labels: {i: same}");
  CHECK_FALSE(expand_alerts(same, vector({kOne, kTwo}), kStart, {}).ok());
}

TEST_CASE("alert: past the limit all are dropped") {
  Life life{rule()};
  life.limit = 1;
  CHECK(life.at(0, vector({kOne})).ok());
  CHECK(life.at(1, vector({kOne, kTwo})).error().message == "exceeded limit of 1 with 2 alerts");
  CHECK(life.active.empty());
}

TEST_CASE("alert: when it must be told") {
  Alert alert;
  CHECK_FALSE(needs_sending(alert, kStart));
  alert.state = AlertState::Firing;
  CHECK(needs_sending(alert, kStart));
  alert.last_sent_at = kStart;
  CHECK_FALSE(needs_sending(alert, kStart + 60s));
  CHECK(needs_sending(alert, kStart + 61s));
  alert.state = AlertState::Inactive;
  alert.resolved_at = kStart + 1s;
  CHECK(needs_sending(alert, kStart + 1s));
}

TEST_CASE("alert: its own series") {
  Alert alert;
  alert.labels = Labels{{"alertname", "A"}};
  CHECK(alerts_series(alert) ==
        Labels{{"__name__", "ALERTS"}, {"alertname", "A"}, {"alertstate", "pending"}});
  CHECK(alerts_for_state_series(alert) ==
        Labels{{"__name__", "ALERTS_FOR_STATE"}, {"alertname", "A"}});
}

namespace {

/// A life with a policy: `data` is what the condition looks at, `resolving` what resolve_expr
/// gives.
struct GuidedLife {
  Rule rule;
  AlertPolicy policy{};
  ActiveAlerts active{};

  AlertStep at(int second, const promql::Vector& result, const promql::Vector* data,
               const promql::Vector* resolving = nullptr) {
    rule.policy = std::make_shared<const AlertPolicy>(policy);
    const Timestamp now = kStart + std::chrono::seconds(second);
    return *step_alerts(rule, *expand_alerts(rule, result, now, {}), now, 0, active,
                        {.resolving = resolving, .data = data});
  }
  AlertState state() const {
    REQUIRE(active.size() == 1);
    return active.begin()->second.state;
  }
};

const promql::Vector kNothing;

}  // namespace

TEST_CASE("alert: resolve_expr decides when a firing alert ends") {
  GuidedLife life{rule(", labels: {severity: page}")};
  const auto other = vector({kTwo});
  const auto same = vector({kOne});
  const auto all = vector({Labels{}});
  life.at(0, same, nullptr, &kNothing);
  life.at(1, {}, nullptr, &kNothing);
  CHECK(life.state() == AlertState::Firing);  // The condition is over, the other not there yet.
  life.at(2, {}, nullptr, &other);
  CHECK(life.state() == AlertState::Firing);  // It speaks of another series.
  life.at(3, {}, nullptr, &same);
  CHECK(life.state() == AlertState::Inactive);
  life.at(4, same, nullptr, &same);
  CHECK(life.state() == AlertState::Firing);  // The condition wins where both hold.
  life.at(5, {}, nullptr, &all);
  CHECK(life.state() == AlertState::Inactive);  // A result without labels speaks of all.
}

TEST_CASE("alert: resolve_expr does not keep what only waits") {
  GuidedLife life{rule(", for: 10s")};
  life.at(0, vector({kOne}), nullptr, &kNothing);
  life.at(1, {}, nullptr, &kNothing);
  CHECK(life.active.empty());
}

TEST_CASE("alert: on_no_data keep leaves an alert as it is while there is nothing to look at") {
  GuidedLife life{rule(", for: 5s")};
  life.policy.on_no_data = OnNoData::Keep;
  const auto data = vector({kOne});
  life.at(0, vector({kOne}), &data);
  CHECK(life.at(8, {}, &kNothing).live.size() == 1);
  CHECK(life.state() == AlertState::Pending);  // It does not fire on what nobody has seen.
  life.at(9, vector({kOne}), &data);
  CHECK(life.state() == AlertState::Firing);
  life.at(10, {}, &kNothing);
  CHECK(life.state() == AlertState::Firing);
  life.at(11, {}, &data);
  CHECK(life.state() == AlertState::Inactive);
}

TEST_CASE("alert: on_no_data fire counts missing data as the condition") {
  GuidedLife life{rule(", for: 5s")};
  life.policy.on_no_data = OnNoData::Fire;
  const auto data = vector({kOne});
  life.at(0, vector({kOne}), &data);
  life.at(5, {}, &kNothing);
  CHECK(life.state() == AlertState::Firing);
  life.at(6, {}, &data);
  CHECK(life.state() == AlertState::Inactive);
}

TEST_CASE("alert: on_no_data resolve is Prometheus's way") {
  GuidedLife life{rule()};
  life.at(0, vector({kOne}), nullptr);
  life.at(1, {}, &kNothing);
  CHECK(life.state() == AlertState::Inactive);
}

TEST_CASE("alert: one that flaps ends only after a window of quiet") {
  GuidedLife life{rule()};
  life.policy.flap_times = 3;
  life.policy.flap_window = 60s;
  for (int second = 0; second < 20; second += 10) {
    life.at(second, vector({kOne}), nullptr);
    CHECK(life.state() == AlertState::Firing);
    life.at(second + 5, {}, nullptr);
    CHECK(life.state() == AlertState::Inactive);
  }
  life.at(20, vector({kOne}), nullptr);
  life.at(25, {}, nullptr);
  CHECK(life.state() == AlertState::Firing);  // The third time within a minute.
  life.at(84, {}, nullptr);
  CHECK(life.state() == AlertState::Firing);
  life.at(85, {}, nullptr);
  CHECK(life.state() == AlertState::Inactive);
  life.at(90, vector({kOne}), nullptr);
  life.at(91, {}, nullptr);
  CHECK(life.state() == AlertState::Inactive);  // A new window has begun.
}

TEST_CASE("alert: the peak is the worst value while it fires") {
  const auto worst = [](const char* expression, std::initializer_list<double> values) {
    Life life{only_rule(std::string("groups: [{name: g, rules: [{alert: A, for: 1s, expr: '") +
                        expression + "'}]}]")};
    int second = 0;
    for (const double value : values) (void)life.at(second++, vector({kOne}, value));
    return life.only().peak;
  };
  CHECK(worst("x > 5", {100, 7, 9, 8}) == 9);  // The first was pending still.
  CHECK(worst("x < 5", {1, 4, 2, 3}) == 2);
  CHECK_FALSE(worst("x > 5", {7}).has_value());
}

TEST_CASE("alert: the value of the data's sample that it is about") {
  Life life{rule(", labels: {severity: page}")};
  (void)life.at(0, vector({kOne}));
  CHECK(value_of(life.rule, life.only(), vector({kTwo, kOne}, 3)) == 3);
  CHECK_FALSE(value_of(life.rule, life.only(), vector({kTwo})).has_value());
}
