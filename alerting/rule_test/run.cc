#include "alerting/rule_test/run.h"

#include <algorithm>
#include <cmath>

#include "agent/base/number.h"
#include "agent/metrics/registry.h"
#include "agent/model/watermark.h"
#include "agent/promql/engine.h"
#include "alerting/evaluator.h"
#include "alerting/rule_test/sample_table.h"

namespace lapwing::alerting {
namespace {

/// The time that the scenario has come to; durations are not measured.
class ScenarioClock final : public Clock {
 public:
  Timestamp time{};
  Timestamp now() const override { return time; }
  std::chrono::nanoseconds monotonic() const override { return {}; }
};

class Run {
 public:
  Run(const ScenarioFile& file, const Scenario& scenario, std::vector<RuleGroup> groups)
      : file_(file), scenario_(scenario) {
    std::stable_sort(groups.begin(), groups.end(), [&](const RuleGroup& a, const RuleGroup& b) {
      return place_in_order(a) < place_in_order(b);
    });
    for (const InputSeries& series : scenario.input) table_.add(series.labels, series.samples);
    rules_.apply({std::move(groups), scenario.external_labels, scenario.external_url});
  }

  std::vector<TestFailure> judge() {
    Duration last{};
    for (const AlertCheck& check : scenario_.alerts) last = std::max(last, check.at);
    for (const QueryCheck& check : scenario_.queries) last = std::max(last, check.at);
    const Duration interval = file_.evaluation_interval;
    if (last / interval > kTestEvaluationLimit) {
      fail(scenario_.place, "the last eval_time is too many evaluations away",
           {"at most " + std::to_string(kTestEvaluationLimit)}, {std::to_string(last / interval)});
      return std::move(failures_);
    }
    for (Duration at{}; at <= last; at += interval) {
      clock_.time = scenario_.start + at;
      table_.reveal(clock_.time);
      rules_.evaluate_all(clock_.time);
      note_rule_errors(at);
      // A time between two evaluations sees the state of the earlier one.
      for (const AlertCheck& check : scenario_.alerts)
        if (at <= check.at && check.at < at + interval) judge_alerts(check);
    }
    table_.reveal(scenario_.start + last);
    for (const QueryCheck& check : scenario_.queries) judge_query(check);
    return std::move(failures_);
  }

 private:
  std::size_t place_in_order(const RuleGroup& group) const {
    const auto found = std::find(file_.group_order.begin(), file_.group_order.end(), group.name);
    return std::size_t(found - file_.group_order.begin());
  }

  void fail(const config::Place& place, std::string what, std::vector<std::string> expected,
            std::vector<std::string> got) {
    failures_.push_back({place, std::move(what), std::move(expected), std::move(got)});
  }

  void note_rule_errors(Duration at) {
    for (const GroupStatus& group : rules_.status())
      for (const RuleStatus& rule : group.rules)
        if (!rule.last_error.empty())
          fail(scenario_.place, "rule " + rule.name + " at " + format_duration(at),
               {"an evaluation"}, {rule.last_error});
  }

  void judge_alerts(const AlertCheck& check) {
    std::vector<ExpectedAlert> got;
    for (const GroupStatus& group : rules_.status())
      for (const RuleStatus& rule : group.rules)
        if (rule.kind == RuleStatus::Kind::Alerting && rule.name == check.name)
          for (const AlertStatus& alert : rule.alerts)
            if (alert.state == AlertState::Firing) got.push_back({alert.labels, alert.annotations});
    std::vector<ExpectedAlert> expected = check.expected;
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
    if (got == expected) return;
    const auto lines = [](const std::vector<ExpectedAlert>& alerts) {
      std::vector<std::string> all;
      for (const ExpectedAlert& alert : alerts)
        all.push_back("labels " + alert.labels.to_string() + " annotations " +
                      alert.annotations.to_string());
      return all;
    };
    fail(check.place, "alert " + check.name + " at " + format_duration(check.at), lines(expected),
         lines(got));
  }

  bool equal(double a, double b) const {
    if (!file_.fuzzy_compare) return a == b;
    // promtool's epsilon.
    constexpr double kEpsilon = 0.000001;
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return a == b || std::abs(a - b) <= kEpsilon * (std::abs(a) + std::abs(b));
  }

  void judge_query(const QueryCheck& check) {
    const std::string what = check.text + " at " + format_duration(check.at);
    clock_.time = scenario_.start + check.at;
    auto result = engine_.instant(table_, check.expression, clock_.time);
    if (!result) {
      fail(check.place, what, {"a result"}, {result.error().message});
      return;
    }
    std::vector<ExpectedSample> got;
    if (const auto* vector = std::get_if<promql::Vector>(&result->value)) {
      for (const promql::VectorSample& sample : *vector)
        got.push_back({sample.labels, sample.value});
    } else if (const auto* scalar = std::get_if<promql::Scalar>(&result->value)) {
      got.push_back({Labels(), scalar->value});
    } else {
      fail(check.place, what, {"a vector or a scalar"}, {"another type"});
      return;
    }
    std::vector<ExpectedSample> expected = check.expected;
    const auto by_labels = [](const ExpectedSample& a, const ExpectedSample& b) {
      return a.labels < b.labels;
    };
    std::stable_sort(got.begin(), got.end(), by_labels);
    std::stable_sort(expected.begin(), expected.end(), by_labels);
    const bool same = std::equal(got.begin(), got.end(), expected.begin(), expected.end(),
                                 [&](const ExpectedSample& a, const ExpectedSample& b) {
                                   return a.labels == b.labels && equal(a.value, b.value);
                                 });
    if (same) return;
    const auto lines = [](const std::vector<ExpectedSample>& samples) {
      std::vector<std::string> all;
      for (const ExpectedSample& sample : samples)
        all.push_back((sample.labels.empty() ? "{}" : sample.labels.to_string()) + " " +
                      format_value(sample.value));
      return all;
    };
    fail(check.place, what, lines(expected), lines(got));
  }

  const ScenarioFile& file_;
  const Scenario& scenario_;
  std::vector<TestFailure> failures_;
  SampleTable table_;
  ScenarioClock clock_;
  promql::Engine engine_{{}, clock_};
  Watermark watermark_;
  Log log_{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry_;
  Rules rules_{{.source = table_,
                .appender = table_,
                .engine = engine_,
                .watermark = watermark_,
                .clock = clock_,
                .log = log_,
                .registry = registry_},
               [](const RuleUpdate&) { return true; }};
};

}  // namespace

std::vector<TestFailure> run_scenario(const ScenarioFile& file, const Scenario& scenario,
                                      std::vector<RuleGroup> groups) {
  return Run(file, scenario, std::move(groups)).judge();
}

}  // namespace lapwing::alerting
