// Rules as the API and the page show them.
#include <algorithm>

#include "alerting/evaluator_state.h"

namespace lapwing::alerting {
namespace {

Labels texts_as_labels(const Rule::Texts& texts) {
  LabelsBuilder builder;
  for (const auto& [name, text] : texts) builder.set(name, text.text());
  return builder.build();
}

std::vector<AlertStatus> alert_status(const ActiveAlerts& active) {
  std::vector<AlertStatus> alerts;
  for (const auto& [labels, alert] : active)
    if (alert.state != AlertState::Inactive)
      alerts.push_back({alert.state, alert.labels, alert.annotations, alert.active_at,
                        alert.fired_at, alert.value, alert.keep_firing_since});
  std::sort(alerts.begin(), alerts.end(),
            [](const AlertStatus& a, const AlertStatus& b) { return a.labels < b.labels; });
  return alerts;
}

}  // namespace

std::vector<GroupStatus> Rules::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<GroupStatus> groups;
  for (const auto& group : groups_) {
    GroupStatus status;
    status.name = group->definition.name;
    status.file = group->definition.file;
    status.interval = group->definition.interval;
    status.limit = group->definition.limit;
    status.last_evaluation = group->last_evaluation;
    status.last_duration_seconds = group->last_duration_seconds;
    for (const RuleRun& run : group->rules) {
      RuleStatus rule;
      rule.kind = run.rule.kind == Rule::Kind::Alerting ? RuleStatus::Kind::Alerting
                                                        : RuleStatus::Kind::Recording;
      rule.name = run.rule.name;
      rule.expression = run.rule.expression_text;
      rule.hold_for = run.rule.hold_for;
      rule.keep_firing_for = run.rule.keep_firing_for;
      rule.labels = texts_as_labels(run.rule.labels);
      rule.annotations = texts_as_labels(run.rule.annotations);
      rule.alerts = alert_status(run.active);
      for (const AlertStatus& alert : rule.alerts) rule.state = std::max(rule.state, alert.state);
      rule.health = run.health;
      rule.last_error = run.last_error;
      rule.last_evaluation = run.last_evaluation;
      rule.last_duration_seconds = run.last_duration_seconds;
      status.rules.push_back(std::move(rule));
    }
    groups.push_back(std::move(status));
  }
  return groups;
}

}  // namespace lapwing::alerting
