#include "alerting/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "alerting/alert_policy.h"
#include "alerting/evaluator_state.h"
#include "alerting/schedule.h"
#include "alerting/template/links.h"

namespace lapwing::alerting {
namespace {

/// A query of a rule may take this long; the rules thread is one for all.
constexpr Duration kQueryTimeout = 10s;

/// Past this an evaluation counts as late: samples may have been waited for, and more.
constexpr Duration kLate = 500ms;

/// Label sets of a recording rule that are remembered between evaluations.
constexpr std::size_t kRecordedLimit = 10'000;

Labels recorded_labels(const Rule& rule, const Labels& sample) {
  LabelsBuilder builder(sample);
  builder.set(kMetricName, rule.name);
  for (const auto& [name, text] : rule.labels) builder.set(name, text.text());
  return builder.build();
}

/// `known` remembers the labels from evaluation to evaluation: building them is most of the cost.
Result<std::vector<PublishedSample>> recorded_samples(const Rule& rule,
                                                      const promql::Vector& vector,
                                                      std::uint64_t limit,
                                                      std::unordered_map<Labels, Labels>& known) {
  if (known.size() > std::max(kRecordedLimit, 2 * vector.size())) known.clear();
  std::vector<PublishedSample> samples;
  samples.reserve(vector.size());
  std::unordered_set<Labels> seen;
  for (const promql::VectorSample& sample : vector) {
    const auto [found, added] = known.try_emplace(sample.labels);
    if (added) found->second = recorded_labels(rule, sample.labels);
    samples.push_back({found->second, sample.value});
    if (!seen.insert(samples.back().labels).second)
      return invalid("vector contains metrics with the same labelset after applying rule labels");
  }
  if (limit > 0 && samples.size() > limit)
    return invalid("exceeded limit of " + std::to_string(limit) + " with " +
                   std::to_string(samples.size()) + " series");
  return samples;
}

/// A value that changes at each evaluation is written this often; one that cannot change any more
/// at once.
constexpr Duration kValueInterval = 1min;

StoredMark mark_of(const Alert& alert, Timestamp now) {
  return {alert.state,
          alert.active_at,
          alert.fired_at,
          alert.resolved_at,
          alert.keep_firing_since,
          alert.value,
          now};
}

bool is_news(const StoredMark& stored, const Alert& alert, Timestamp now) {
  if (stored.state != alert.state || stored.active_at != alert.active_at ||
      stored.fired_at != alert.fired_at || stored.resolved_at != alert.resolved_at ||
      stored.keep_firing_since != alert.keep_firing_since)
    return true;
  const bool same_value =
      stored.value == alert.value || (std::isnan(stored.value) && std::isnan(alert.value));
  return !same_value && (!alert.present || now - stored.at >= kValueInterval);
}

/// What an ended alert was worth, as far as that is known.
AlertValues values_of(const Alert& alert) {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  return {.peak = alert.peak.value_or(kUnknown),
          .last = alert.value,
          .recovered = alert.recovered.value_or(kUnknown)};
}

}  // namespace

Rules::Rules(RulesContext context, Sink sink, std::vector<StoredAlert> restored)
    : context_(context),
      sink_(std::move(sink)),
      reads_(context.source),
      evaluations_(context.registry.counter("lapwing_rule_evaluations_total",
                                            "Rules evaluated since the start.")),
      failures_(context.registry.counter("lapwing_rule_evaluation_failures_total",
                                         "Rule evaluations that failed.")),
      seconds_(context.registry.counter("lapwing_rule_evaluation_seconds_total",
                                        "Time that rule evaluations took.")),
      missed_(context.registry.counter(
          "lapwing_rule_group_iterations_missed_total",
          "Evaluations of rule groups left out because an earlier one took too long.")),
      delay_(context.registry.counter(
          "lapwing_rule_group_delay_seconds_total",
          "From rule groups' times until their evaluations were done, summed up.")),
      late_(context.registry.counter(
          "lapwing_rule_group_late_total",
          "Evaluations of rule groups that were done more than half a second after their time.")),
      refused_samples_(context.registry.counter(
          "lapwing_rule_samples_refused_total",
          "Samples of rules that the store refused: a limit, or a time too old.")),
      pending_(
          context.registry.gauge("lapwing_alerts", "Alerts by state.", {{"state", "pending"}})),
      firing_(context.registry.gauge("lapwing_alerts", "Alerts by state.", {{"state", "firing"}})) {
  for (StoredAlert& stored : restored) restored_[stored.rule].push_back(std::move(stored.alert));
}

Rules::~Rules() = default;

void Rules::apply(RulesOptions options) {
  const std::lock_guard lock(mutex_);
  next_options_ = std::move(options);
}

bool Rules::wait_applied(Duration limit) {
  std::unique_lock lock(mutex_);
  return applied_.wait_for(lock, limit, [&] { return !next_options_ && !taking_options_; });
}

void Rules::take_options(Timestamp now) {
  std::optional<RulesOptions> options;
  {
    const std::lock_guard lock(mutex_);
    options.swap(next_options_);
    taking_options_ = options.has_value();
  }
  if (!options) return;
  external_labels_ = options->external_labels;
  external_url_ = options->external_url;
  std::vector<std::unique_ptr<GroupRun>> fresh;
  for (RuleGroup& definition : options->groups) {
    auto group = std::make_unique<GroupRun>();
    group->phase = group_phase(definition.identity(), definition.interval);
    group->source = context_.appender.source("rules " + definition.identity());
    std::map<std::string, int> count;
    for (Rule& rule : definition.rules) {
      RuleRun run{.rule = std::move(rule)};
      run.key = definition.identity() + "\n" +
                (run.rule.kind == Rule::Kind::Alerting ? "alert" : "record") + "\n" +
                run.rule.name + "\n" + run.rule.expression_text;
      run.key += "\n" + std::to_string(count[run.key]++);
      group->rules.push_back(std::move(run));
    }
    definition.rules.clear();
    group->definition = std::move(definition);
    fresh.push_back(std::move(group));
  }
  carry_over(std::move(fresh), now);
}

void Rules::carry_over(std::vector<std::unique_ptr<GroupRun>> fresh, Timestamp now) {
  std::map<std::string, GroupRun*> old_groups;
  std::map<std::string, std::pair<RuleRun*, SourceRef>> old_rules;
  std::vector<std::pair<RuleRun*, RuleRun*>> kept;  // old, new
  for (const auto& group : groups_) {
    old_groups[group->definition.identity()] = group.get();
    for (RuleRun& rule : group->rules) old_rules[rule.key] = {&rule, group->source};
  }
  for (const auto& group : fresh) {
    const auto old_group = old_groups.find(group->definition.identity());
    if (old_group != old_groups.end() &&
        old_group->second->definition.interval == group->definition.interval) {
      group->due = old_group->second->due;
      group->last_evaluation = old_group->second->last_evaluation;
      group->last_duration_seconds = old_group->second->last_duration_seconds;
    }
    for (RuleRun& rule : group->rules) {
      const auto found = old_rules.find(rule.key);
      if (found == old_rules.end()) {
        restore(rule, now);
        continue;
      }
      kept.emplace_back(found->second.first, &rule);
      old_rules.erase(found);
    }
  }
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [old_rule, rule] : kept) {
      Rule definition = std::move(rule->rule);
      *rule = std::move(*old_rule);
      rule->rule = std::move(definition);
      rule->recorded.clear();  // The rule's labels may have changed.
    }
    groups_.swap(fresh);  // The old ones live until the rules that are gone have been retired.
    taking_options_ = false;
  }
  applied_.notify_all();
  for (const auto& [key, old] : old_rules) retire(*old.first, old.second, now);
  forget_orphans(now);
  expect_reads();
}

void Rules::expect_reads() {
  std::vector<std::vector<Matcher>> selectors;
  const auto add = [&](const promql::Expression& expression) {
    for (auto& matchers : expression.selectors()) selectors.push_back(std::move(matchers));
  };
  for (const auto& group : groups_)
    for (const RuleRun& run : group->rules) {
      add(run.rule.expression);
      if (run.rule.policy != nullptr && run.rule.policy->resolve_expression)
        add(*run.rule.policy->resolve_expression);
    }
  reads_.expect(selectors);
}

void Rules::publish(const GroupRun& group, RuleRun& rule, Timestamp time,
                    const std::vector<PublishedSample>& samples) {
  if (samples.empty() && !rule.published.any()) return;
  refused_samples_.add(
      double(rule.published.publish(context_.appender, group.source, time, samples)));
  if (rule.rule.kind == Rule::Kind::Recording) return reads_.written(rule.rule.name);
  reads_.written("ALERTS");
  reads_.written("ALERTS_FOR_STATE");
}

void Rules::forget_orphans(Timestamp now) {
  // What state.db still has belongs to rules that are gone. Firing ones are told once more, so
  // that they end as they would if the rule had gone while we ran: by not being told again.
  RuleUpdate update;
  for (const auto& [key, alerts] : restored_)
    for (const Alert& alert : alerts) {
      update.forgotten.emplace_back(key, alert.labels);
      if (alert.state != AlertState::Firing) continue;
      update.notices.push_back({.labels = with_external_labels(alert.labels),
                                .annotations = alert.annotations,
                                .starts_at = alert.fired_at,
                                .ends_at = now + 4 * kResendDelay,
                                .generator_url = external_url_});
    }
  restored_.clear();
  if (!update.empty()) sink_(std::move(update));
}

void Rules::restore(RuleRun& rule, Timestamp now) {
  const auto found = restored_.find(rule.key);
  if (found == restored_.end()) return;
  for (Alert& alert : found->second) {
    // It is told anew at the first evaluation; who was told already is in the notification log.
    alert.last_sent_at = Timestamp{};
    if (alert.active_at > now) alert.active_at = now;  // The clock went back meanwhile.
    rule.stored[alert.labels] = mark_of(alert, now);
    if (alert.state != AlertState::Inactive) {
      rule.published.expect(alerts_series(alert));
      rule.published.expect(alerts_for_state_series(alert));
    }
    rule.active[alert.labels] = std::move(alert);
  }
  restored_.erase(found);
}

void Rules::retire(RuleRun& rule, SourceRef source, Timestamp now) {
  rule.published.end(context_.appender, source, now);
  RuleUpdate update;
  for (const auto& [labels, mark] : rule.stored) update.forgotten.emplace_back(rule.key, labels);
  if (!update.empty()) sink_(std::move(update));
}

Timestamp Rules::step(Timestamp now) {
  take_options(now);
  reads_.begin();
  Timestamp wake = kNever;
  bool evaluated = false;
  for (const auto& group : groups_) {
    const Duration interval = group->definition.interval;
    const Timestamp newest = newest_due(now, interval, group->phase);
    const bool clock_went_back = group->due > newest + interval;
    if (group->due == Timestamp{} || clock_went_back) group->due = newest + interval;
    if (group->due < newest) {
      missed_.add(double((newest - group->due) / interval));
      group->due = newest;
    }
    if (group->due <= now &&
        (context_.watermark.complete(group->due) || now >= group->due + kSampleWait)) {
      evaluate(*group, group->due);
      note_delay(context_.clock.now() - group->due);
      group->due += interval;
      evaluated = true;
    }
    wake = std::min(wake, group->due <= now ? group->due + kSampleWait : group->due);
  }
  reads_.begin();  // Nothing is held between two moments.
  if (evaluated) count_alerts();
  return wake;
}

void Rules::note_delay(Duration delay) {
  delay_.add(std::max(0.0, to_seconds(delay)));  // The clock may have gone back meanwhile.
  if (delay > kLate) late_.add();
}

void Rules::evaluate_all(Timestamp time) {
  take_options(time);
  reads_.begin();
  for (const auto& group : groups_) evaluate(*group, time);
}

void Rules::evaluate(GroupRun& group, Timestamp due) {
  const auto start = context_.clock.monotonic();
  RuleUpdate update;
  for (RuleRun& rule : group.rules) {
    const auto rule_start = context_.clock.monotonic();
    const auto done = evaluate_rule(group, rule, due, update);
    const double seconds =
        std::chrono::duration<double>(context_.clock.monotonic() - rule_start).count();
    evaluations_.add();
    seconds_.add(seconds);
    if (!done) failures_.add();
    const bool news = !done && rule.last_error != done.error().message;
    if (news)
      context_.log.warn("rule {} of group {} ({}): {}; its alerts keep their state", rule.rule.name,
                        group.definition.name, group.definition.file, done.error().message);
    const std::lock_guard lock(mutex_);
    rule.health = done ? RuleHealth::Ok : RuleHealth::Error;
    rule.last_error = done ? std::string() : done.error().message;
    rule.last_evaluation = due;
    rule.last_duration_seconds = seconds;
  }
  // What could not be handed on is told again: as if it had not been sent or stored.
  if (!update.empty() && !sink_(std::move(update))) {
    const std::lock_guard lock(mutex_);
    for (RuleRun& rule : group.rules) {
      rule.stored.clear();
      for (auto& [labels, alert] : rule.active) alert.last_sent_at = Timestamp{};
    }
  }
  const std::lock_guard lock(mutex_);
  group.last_evaluation = due;
  group.last_duration_seconds =
      std::chrono::duration<double>(context_.clock.monotonic() - start).count();
}

Result<promql::Vector> Rules::query(const promql::Expression& expression, Timestamp time) const {
  promql::QueryContext bounds;
  bounds.deadline = context_.clock.monotonic() + kQueryTimeout;
  auto result = context_.engine.instant(reads_, expression, time, bounds);
  if (!result) return std::move(result).error();
  if (auto* vector = std::get_if<promql::Vector>(&result->value)) return std::move(*vector);
  if (const auto* scalar = std::get_if<promql::Scalar>(&result->value))
    return promql::Vector{{Labels(), scalar->time, scalar->value}};
  return invalid("rule result is not a vector or scalar");
}

Result<void> Rules::evaluate_rule(GroupRun& group, RuleRun& rule, Timestamp due,
                                  RuleUpdate& update) {
  const auto vector = query(rule.rule.expression, due - group.definition.query_offset);
  if (!vector) return vector.error();
  if (rule.rule.kind == Rule::Kind::Recording)
    return record(group, rule, *vector, due - group.definition.query_offset);
  return alert(group, rule, *vector, due, update);
}

Result<void> Rules::record(GroupRun& group, RuleRun& rule, const promql::Vector& vector,
                           Timestamp time) {
  const auto samples = recorded_samples(rule.rule, vector, group.definition.limit, rule.recorded);
  if (!samples) return samples.error();
  publish(group, rule, time, *samples);
  return {};
}

Result<void> Rules::alert(GroupRun& group, RuleRun& rule, const promql::Vector& vector,
                          Timestamp due, RuleUpdate& update) {
  const Timestamp time = due - group.definition.query_offset;
  const AlertPolicy* policy = rule.rule.policy.get();
  const bool asks_data = policy != nullptr && policy->on_no_data != OnNoData::Resolve &&
                         rule.rule.condition.data.has_value();
  const bool idle = rule.active.empty() && rule.stored.empty();
  if (vector.empty() && idle && !(asks_data && policy->on_no_data == OnNoData::Fire)) {
    publish(group, rule, time, {});
    return {};
  }
  std::optional<promql::Vector> data;
  std::optional<promql::Vector> resolving;
  if (asks_data) {
    auto found = query(*rule.rule.condition.data, time);
    if (!found) return std::move(found).error().in("looking for data");
    data = *std::move(found);
  }
  if (policy != nullptr && policy->resolve_expression && !idle) {
    auto found = query(*policy->resolve_expression, time);
    if (!found) return std::move(found).error().in("resolve_expr");
    resolving = *std::move(found);
  }
  auto current = current_alerts(rule, vector, data, due);
  if (!current) return current.error();
  std::vector<PublishedSample> samples;
  Result<void> outcome;
  {
    const std::lock_guard lock(mutex_);
    const auto stepped = step_alerts(
        rule.rule, std::move(*current), due, group.definition.limit, rule.active,
        {.resolving = resolving ? &*resolving : nullptr, .data = data ? &*data : nullptr});
    if (stepped) {
      samples.reserve(2 * stepped->live.size());
      for (const Alert* live : stepped->live) {
        samples.push_back({alerts_series(*live), 1});
        // Whole seconds, as Prometheus writes them.
        const std::int64_t active_seconds = to_millis(live->active_at) / 1000;
        samples.push_back({alerts_for_state_series(*live), double(active_seconds)});
      }
    } else {
      outcome = stepped.error();
    }
  }
  note_recovered(group, rule, data, due);
  {
    const std::lock_guard lock(mutex_);
    note_changes(group, rule, due, update);
  }
  // As in Prometheus, what a rule wrote before it failed is not ended: it lapses.
  if (!outcome) return outcome;
  publish(group, rule, time, samples);
  return {};
}

Result<std::vector<Alert>> Rules::current_alerts(const RuleRun& rule, const promql::Vector& vector,
                                                 const std::optional<promql::Vector>& data,
                                                 Timestamp due) const {
  AlertEnvironment environment{external_labels_, {}};
  environment.templates.external_url = external_url_;
  environment.templates.now = due;
  environment.templates.query = [this, due](const std::string& text) -> Result<promql::Vector> {
    const auto expression = promql::Expression::parse(text);
    if (!expression) return expression.error();
    return query(*expression, due);
  };
  // on_no_data: fire. With nothing to look at and no alert that stands for it, the rule has one
  // alert of its own labels.
  const bool none_live = std::all_of(rule.active.begin(), rule.active.end(), [](const auto& item) {
    return item.second.state == AlertState::Inactive;
  });
  if (vector.empty() && data && data->empty() && none_live &&
      rule.rule.policy->on_no_data == OnNoData::Fire) {
    const promql::Vector nothing{{Labels(), due, std::numeric_limits<double>::quiet_NaN()}};
    return expand_alerts(rule.rule, nothing, due, environment);
  }
  return expand_alerts(rule.rule, vector, due, environment);
}

void Rules::note_recovered(const GroupRun& group, RuleRun& rule,
                           const std::optional<promql::Vector>& data, Timestamp due) {
  if (!rule.rule.condition.data) return;
  const auto just_ended = [&](const Alert& alert) {
    return alert.resolved_at == due && alert.state == AlertState::Inactive && !alert.recovered;
  };
  if (std::none_of(rule.active.begin(), rule.active.end(),
                   [&](const auto& item) { return just_ended(item.second); }))
    return;
  const auto now_there =
      data ? Result(*data) : query(*rule.rule.condition.data, due - group.definition.query_offset);
  if (!now_there) return;  // It is said without the value.
  const std::lock_guard lock(mutex_);
  for (auto& [labels, alert] : rule.active)
    if (just_ended(alert)) alert.recovered = value_of(rule.rule, alert, *now_there);
}

void Rules::note_changes(const GroupRun& group, RuleRun& rule, Timestamp now, RuleUpdate& update) {
  // Two evaluations or sendings may fail before a firing alert counts as resolved.
  const Duration promise = 4 * std::max(group.definition.interval, kResendDelay);
  for (auto& [labels, alert] : rule.active) {
    const auto stored = rule.stored.find(labels);
    if (stored == rule.stored.end() || is_news(stored->second, alert, now)) {
      update.changed.push_back({rule.key, alert});
      rule.stored[labels] = mark_of(alert, now);
    }
    if (!needs_sending(alert, now)) continue;
    alert.last_sent_at = now;
    alert.valid_until = now + promise;
    update.notices.push_back(notice(rule, alert));
  }
  for (auto at = rule.stored.begin(); at != rule.stored.end();) {
    if (rule.active.contains(at->first)) {
      ++at;
      continue;
    }
    update.forgotten.emplace_back(rule.key, at->first);
    at = rule.stored.erase(at);
  }
}

Labels Rules::with_external_labels(const Labels& labels) const {
  LabelsBuilder builder(labels);
  for (const Label label : external_labels_)
    if (builder.get(label.name).empty()) builder.set(label.name, label.value);
  return builder.build();
}

AlertNotice Rules::notice(const RuleRun& rule, const Alert& alert) const {
  return {.labels = with_external_labels(alert.labels),
          .annotations = alert.annotations,
          .starts_at = alert.fired_at,
          .ends_at = alert.resolved_at != Timestamp{} ? alert.resolved_at : alert.valid_until,
          .generator_url = external_url_ + link_to_table(rule.rule.expression_text),
          .values = alert.resolved_at != Timestamp{} ? values_of(alert) : AlertValues()};
}

void Rules::count_alerts() {
  std::size_t pending = 0;
  std::size_t firing = 0;
  for (const auto& group : groups_)
    for (const RuleRun& rule : group->rules)
      for (const auto& [labels, alert] : rule.active) {
        pending += alert.state == AlertState::Pending ? 1 : 0;
        firing += alert.state == AlertState::Firing ? 1 : 0;
      }
  pending_.set(double(pending));
  firing_.set(double(firing));
}

}  // namespace lapwing::alerting
