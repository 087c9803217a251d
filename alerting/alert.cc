#include "alerting/alert.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "alerting/alert_policy.h"

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

/// Labels that the rule gives, not the data.
bool is_rules_own(const Rule& rule, std::string_view name) {
  return name == kAlertName || std::any_of(rule.labels.begin(), rule.labels.end(),
                                           [&](const auto& label) { return label.first == name; });
}

/// The alert has each label of the sample, but for those that the rule sets itself.
bool has_labels_of(const Rule& rule, const Alert& alert, const Labels& sample) {
  for (const Label label : sample)
    if (label.name != kMetricName && !is_rules_own(rule, label.name) &&
        alert.labels.get(label.name) != label.value)
      return false;
  return true;
}

/// The sample is what the alert is about: they have the same labels, the rule's own apart. An
/// alert without labels of data is about all of it.
bool is_about(const Rule& rule, const Alert& alert, const Labels& sample) {
  bool bare = true;
  for (const Label label : alert.labels) {
    if (is_rules_own(rule, label.name)) continue;
    bare = false;
    if (sample.get(label.name) != label.value) return false;
  }
  return bare || has_labels_of(rule, alert, sample);
}

bool any_sample(const promql::Vector& vector, const auto& matches) {
  return std::any_of(vector.begin(), vector.end(),
                     [&](const promql::VectorSample& sample) { return matches(sample.labels); });
}

/// One step of a rule's alerts, with what it knows beside the result.
class Stepper {
 public:
  Stepper(const Rule& rule, Timestamp now, const AlertEvidence& evidence)
      : rule_(rule), now_(now), evidence_(evidence) {}

  /// Whether the alert counts as present although the result does not have it.
  bool stands_in(const Alert& alert) const {
    return on_no_data() == OnNoData::Fire && alert.state != AlertState::Inactive && no_data(alert);
  }

  /// Whether it stays exactly as it is.
  bool frozen(const Alert& alert) const {
    return on_no_data() == OnNoData::Keep && alert.state != AlertState::Inactive && no_data(alert);
  }

  /// One evaluation of an alert that the result no longer has. True when it stays live.
  bool leave(Alert& alert) const {
    if (alert.state == AlertState::Firing && keeps(alert)) return true;
    if (alert.state != AlertState::Inactive) {
      alert.state = AlertState::Inactive;
      alert.resolved_at = now_;
    }
    return false;
  }

  void begin_firing(Alert& alert) const {
    alert.state = AlertState::Firing;
    alert.fired_at = now_;
    if (rule_.policy == nullptr || rule_.policy->flap_times == 0) return;
    if (now_ - alert.flaps_since > rule_.policy->flap_window) {
      alert.flaps = 0;
      alert.flaps_since = now_;
    }
    ++alert.flaps;
  }

  void note_value(Alert& alert) const {
    if (alert.state != AlertState::Firing || std::isnan(alert.value)) return;
    const bool worse = !alert.peak || (rule_.condition.lower_is_worse ? alert.value < *alert.peak
                                                                      : alert.value > *alert.peak);
    if (worse) alert.peak = alert.value;
  }

  /// How long an ended alert is remembered.
  Duration retention() const {
    return rule_.policy == nullptr ? kResolvedRetention
                                   : std::max(kResolvedRetention, rule_.policy->flap_window);
  }

 private:
  OnNoData on_no_data() const {
    return rule_.policy == nullptr ? OnNoData::Resolve : rule_.policy->on_no_data;
  }

  bool no_data(const Alert& alert) const {
    return evidence_.data != nullptr && !any_sample(*evidence_.data, [&](const Labels& labels) {
             return is_about(rule_, alert, labels);
           });
  }

  bool keeps(Alert& alert) const {
    if (evidence_.resolving != nullptr &&
        !any_sample(*evidence_.resolving,
                    [&](const auto& labels) { return has_labels_of(rule_, alert, labels); }))
      return true;
    Duration keep = rule_.keep_firing_for;
    if (rule_.policy != nullptr && rule_.policy->flap_times > 0 &&
        alert.flaps >= rule_.policy->flap_times)
      keep = std::max(keep, rule_.policy->flap_window);
    if (keep == Duration{}) return false;
    if (alert.keep_firing_since == Timestamp{}) alert.keep_firing_since = now_;
    return now_ - alert.keep_firing_since < keep;
  }

  const Rule& rule_;
  const Timestamp now_;
  const AlertEvidence& evidence_;
};

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
                              std::uint64_t limit, ActiveAlerts& active,
                              const AlertEvidence& evidence) {
  const Stepper stepper(rule, now, evidence);
  std::unordered_set<Labels> present;
  present.reserve(current.size());
  for (Alert& alert : current) {
    present.insert(alert.labels);
    const auto [found, added] = active.try_emplace(alert.labels);
    if (added || found->second.state == AlertState::Inactive) {
      // Whatever ended before, this is a new alert; but how often it has flapped counts on.
      alert.flaps = found->second.flaps;
      alert.flaps_since = found->second.flaps_since;
      found->second = std::move(alert);
      continue;
    }
    found->second.value = alert.value;
    found->second.annotations = std::move(alert.annotations);
  }
  AlertStep result;
  for (auto at = active.begin(); at != active.end();) {
    Alert& alert = at->second;
    alert.present = present.contains(at->first);
    if (!alert.present && stepper.frozen(alert)) {
      result.live.push_back(&alert);
      ++at;
      continue;
    }
    if (!alert.present && !stepper.stands_in(alert)) {
      const bool forget =
          alert.state == AlertState::Pending ||
          (alert.resolved_at != Timestamp{} && now - alert.resolved_at > stepper.retention());
      if (forget) {
        result.forgotten.push_back(at->first);
        at = active.erase(at);
        continue;
      }
      if (!stepper.leave(alert)) {
        ++at;
        continue;
      }
    } else {
      alert.keep_firing_since = Timestamp{};
    }
    if (alert.state == AlertState::Pending && now - alert.active_at >= rule.hold_for)
      stepper.begin_firing(alert);
    if (alert.present) stepper.note_value(alert);
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

std::optional<double> value_of(const Rule& rule, const Alert& alert, const promql::Vector& data) {
  const auto found = std::find_if(
      data.begin(), data.end(),
      [&](const promql::VectorSample& sample) { return is_about(rule, alert, sample.labels); });
  if (found == data.end()) return std::nullopt;
  return found->value;
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
