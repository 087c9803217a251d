// Rules: runs rule groups in time, writes what they record, and tells of their alerts.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/metrics/registry.h"
#include "agent/model/appender.h"
#include "agent/model/series_source.h"
#include "agent/model/watermark.h"
#include "agent/promql/engine.h"
#include "alerting/published.h"
#include "alerting/shared_reads.h"
#include "alerting/update.h"

namespace lapwing::alerting {

/// How long after its time a group waits for samples that are due but not in.
inline constexpr Duration kSampleWait = 200ms;
/// After this long out of service alerts of state.db are not taken up again (Prometheus's
/// outage tolerance).
inline constexpr Duration kOutageTolerance = 1h;

/// All must outlive the Rules.
struct RulesContext {
  const SeriesSource& source;
  Appender& appender;
  const promql::Engine& engine;
  const Watermark& watermark;
  const Clock& clock;
  Log& log;
  metrics::Registry& registry;
};

struct RulesOptions {
  std::vector<RuleGroup> groups;
  Labels external_labels;
  std::string external_url;  ///< without a slash at its end
};

class Rules {
 public:
  /// Takes an update; false when there is no room: it is told again at the next evaluation.
  /// Called on the rules thread, must not block.
  using Sink = std::function<bool(RuleUpdate)>;

  /// `restored`: the alerts of state.db, each taken up when its rule has come.
  Rules(RulesContext context, Sink sink, std::vector<StoredAlert> restored = {});
  ~Rules();

  /// New rules from the next step on. Groups, rules and their alerts keep their state by
  /// identity (file, group, name, expression). Any thread.
  void apply(RulesOptions options);
  /// Until a step has taken what apply() was given, and status() shows it; false after `limit`.
  /// Any thread but the one of step().
  bool wait_applied(Duration limit);

  /// Evaluates what is due; returns when to be called again. Call it also when the watermark
  /// changes. One thread.
  Timestamp step(Timestamp now);

  /// Evaluates every group once, in order, as if each were due at `time`: for tests of rules.
  /// The thread of step().
  void evaluate_all(Timestamp time);

  /// Any thread.
  std::vector<GroupStatus> status() const;

 private:
  struct RuleRun;
  struct GroupRun;

  void take_options(Timestamp now);
  void carry_over(std::vector<std::unique_ptr<GroupRun>> fresh, Timestamp now);
  void expect_reads();
  void publish(const GroupRun& group, RuleRun& rule, Timestamp time,
               const std::vector<PublishedSample>& samples);
  void restore(RuleRun& rule, Timestamp now);
  void retire(RuleRun& rule, SourceRef source, Timestamp now);
  void forget_orphans(Timestamp now);
  void evaluate(GroupRun& group, Timestamp due);
  Result<void> evaluate_rule(GroupRun& group, RuleRun& rule, Timestamp due, RuleUpdate& update);
  Result<void> record(GroupRun& group, RuleRun& rule, const promql::Vector& vector, Timestamp time);
  Result<void> alert(GroupRun& group, RuleRun& rule, const promql::Vector& vector, Timestamp due,
                     RuleUpdate& update);
  Result<std::vector<Alert>> current_alerts(const RuleRun& rule, const promql::Vector& vector,
                                            const std::optional<promql::Vector>& data,
                                            Timestamp due) const;
  void note_recovered(const GroupRun& group, RuleRun& rule,
                      const std::optional<promql::Vector>& data, Timestamp due);
  Result<promql::Vector> query(const promql::Expression& expression, Timestamp time) const;
  Labels with_external_labels(const Labels& labels) const;
  AlertNotice notice(const RuleRun& rule, const Alert& alert) const;
  void note_changes(const GroupRun& group, RuleRun& rule, Timestamp now, RuleUpdate& update);
  void note_delay(Duration delay);
  void count_alerts();

  const RulesContext context_;
  const Sink sink_;
  std::map<std::string, std::vector<Alert>> restored_;  // by rule; rules thread
  SharedReads reads_;                                   // rules thread

  mutable std::mutex mutex_;
  std::optional<RulesOptions> next_options_;  // guarded by mutex_
  bool taking_options_ = false;               // guarded by mutex_
  std::condition_variable applied_;
  std::vector<std::unique_ptr<GroupRun>> groups_;  // changed by the rules thread under mutex_

  Labels external_labels_;    // rules thread
  std::string external_url_;  // rules thread
  metrics::Counter evaluations_;
  metrics::Counter failures_;
  metrics::Counter seconds_;
  metrics::Counter missed_;
  metrics::Counter delay_;
  metrics::Counter late_;
  metrics::Counter refused_samples_;
  metrics::Gauge pending_;
  metrics::Gauge firing_;
};

}  // namespace lapwing::alerting
