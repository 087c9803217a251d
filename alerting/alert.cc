#include "alerting/alert.h"

#include <unordered_set>

namespace lapwing::alerting {
namespace {

constexpr std::string_view kAlertName = "alertname";
constexpr std::string_view kAlertState = "alertstate";

Labels expand_texts(LabelsBuilder builder, const Rule::Texts& texts, const Rule& rule,
                    const AlertTemplateData& data, const TemplateEnvironment& environment) {
  for (const auto& [name, text] : texts)
    builder.set(name, text.expand(rule.name, data, environment));
  return builder.build();
}

/// One evaluation of an alert that the result no longer has. True when it stays live.
bool leave(const Rule& rule, Alert& alert, Timestamp now) {
  bool keeps = false;
  if (alert.state == AlertState::Firing && rule.keep_firing_for > Duration{}) {
    if (alert.keep_firing_since == Timestamp{}) alert.keep_firing_since = now;
    keeps = now - alert.keep_firing_since < rule.keep_firing_for;
  }
  if (!keeps && alert.state != AlertState::Inactive) {
    alert.state = AlertState::Inactive;
    alert.resolved_at = now;
  }
  return keeps;
}

}  // namespace

Result<std::vector<Alert>> expand_alerts(const Rule& rule, const promql::Vector& vector,
                                         Timestamp now, const AlertEnvironment& environment) {
  if (vector.size() > kAlertLimit)
    return invalid("exceeded limit of " + std::to_string(kAlertLimit) + " with " +
                   std::to_string(vector.size()) + " alerts");
  std::vector<Alert> alerts;
  alerts.reserve(vector.size());
  std::unordered_set<Labels> seen;
  for (const promql::VectorSample& sample : vector) {
    const AlertTemplateData data{sample.labels, environment.external_labels, sample.value};
    Alert alert;
    LabelsBuilder builder(sample.labels);
    builder.remove(kMetricName);
    for (const auto& [name, text] : rule.labels)
      builder.set(name, text.expand(rule.name, data, environment.templates));
    alert.labels = builder.set(kAlertName, rule.name).build();
    if (!seen.insert(alert.labels).second)
      return invalid("vector contains metrics with the same labelset after applying alert labels");
    alert.annotations =
        expand_texts(LabelsBuilder(), rule.annotations, rule, data, environment.templates);
    alert.value = sample.value;
    alert.active_at = now;
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

Result<AlertStep> step_alerts(const Rule& rule, std::vector<Alert> current, Timestamp now,
                              std::uint64_t limit, ActiveAlerts& active) {
  std::unordered_set<Labels> present;
  present.reserve(current.size());
  for (Alert& alert : current) {
    present.insert(alert.labels);
    const auto [found, added] = active.try_emplace(alert.labels);
    if (added || found->second.state == AlertState::Inactive) {
      found->second = std::move(alert);  // Whatever ended before, this is a new alert.
      continue;
    }
    found->second.value = alert.value;
    found->second.annotations = std::move(alert.annotations);
  }
  AlertStep result;
  for (auto at = active.begin(); at != active.end();) {
    Alert& alert = at->second;
    if (!present.contains(at->first)) {
      const bool forget =
          alert.state == AlertState::Pending ||
          (alert.resolved_at != Timestamp{} && now - alert.resolved_at > kResolvedRetention);
      if (forget) {
        result.forgotten.push_back(at->first);
        at = active.erase(at);
        continue;
      }
      if (!leave(rule, alert, now)) {
        ++at;
        continue;
      }
    } else {
      alert.keep_firing_since = Timestamp{};
    }
    if (alert.state == AlertState::Pending && now - alert.active_at >= rule.hold_for) {
      alert.state = AlertState::Firing;
      alert.fired_at = now;
    }
    result.live.push_back(&alert);
    ++at;
  }
  if (limit > 0 && result.live.size() > limit) {
    const std::size_t count = result.live.size();
    active.clear();
    return invalid("exceeded limit of " + std::to_string(limit) + " with " + std::to_string(count) +
                   " alerts");
  }
  return result;
}

bool needs_sending(const Alert& alert, Timestamp now) {
  if (alert.state == AlertState::Pending) return false;
  if (alert.resolved_at > alert.last_sent_at) return true;
  return alert.last_sent_at + kResendDelay < now;
}

Labels alerts_series(const Alert& alert) {
  return LabelsBuilder(alert.labels)
      .set(kMetricName, "ALERTS")
      .set(kAlertState, name(alert.state))
      .build();
}

Labels alerts_for_state_series(const Alert& alert) {
  return LabelsBuilder(alert.labels).set(kMetricName, "ALERTS_FOR_STATE").build();
}

}  // namespace lapwing::alerting
