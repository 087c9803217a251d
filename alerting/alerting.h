// Alerting: rules and notifications joined, as the app starts them.
//
//   Alerting alerting(context, data_folder + "/state.db");
//   alerting.apply({groups, external_labels, options.notify, external_url});
//   Loop dispatch("dispatch", clock, [&](Timestamp now) { return alerting.step_dispatch(now); });
//   Loop rules("rules", clock, [&](Timestamp now) { return alerting.step_rules(now); });
//   Loop state("state", clock, [&](Timestamp now) { return alerting.step_state(now); });
//   alerting.on_dispatch_wake([&] { dispatch.wake(); });
//   alerting.on_state_wake([&] { state.wake(); });
//   watermark.on_change([&] { rules.wake(); });
//
// Stop rules before dispatch, and dispatch before state. After apply() at run time wake the rules
// Loop.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "alerting/evaluator.h"
#include "alerting/notifier.h"
#include "alerting/notify/access.h"
#include "alerting/outside.h"
#include "alerting/status.h"

namespace lapwing::alerting {

struct AlertingContext {
  RulesContext rules;
  HttpSender http;  ///< http::Client::send; must be callable until step_dispatch() ends for good
};

/// One configuration; swapped as a whole.
struct AlertingPlan {
  std::vector<RuleGroup> groups;
  Labels external_labels;
  std::shared_ptr<const NotifyPlan> notify = std::make_shared<const NotifyPlan>();
  std::string external_url;  ///< without a slash at its end
  AlertRelabelling relabel;  ///< of alerts on their way out; empty: none
};

class Alerting {
 public:
  /// Opens `state_path`; where that fails the agent runs on in memory, and trouble() says so.
  Alerting(AlertingContext context, const std::string& state_path);

  /// Any thread.
  void apply(AlertingPlan plan);
  /// Until the rules thread has taken apply()'s rules; false after `limit`. Any other thread.
  bool wait_rules_applied(Duration limit) { return rules_->wait_applied(limit); }
  /// Called whenever step_dispatch() has something to do at once. Any thread.
  void on_dispatch_wake(std::function<void()> wake) { notifier_->on_wake(std::move(wake)); }

  /// Called whenever step_state() has something to do at once. Any thread.
  void on_state_wake(std::function<void()> wake) { notifier_->on_state_wake(std::move(wake)); }

  /// Which Alertmanagers elsewhere hear of our rules' alerts. Any thread.
  void set_alertmanagers(OutsideList list) { outside_->apply(std::move(list)); }

  /// Each by one thread; returns when to be called again.
  Timestamp step_rules(Timestamp now) { return rules_->step(now); }
  Timestamp step_dispatch(Timestamp now) { return notifier_->step(now); }
  /// Writes state.db: blocks as long as the disk does.
  Timestamp step_state(Timestamp now) { return notifier_->step_state(now); }

  /// Any thread.
  std::shared_ptr<const AlertingStatus> status() const;
  /// Valid while this lives. `clock` says when.
  NotifyAccess notify_access(const Clock& clock);
  /// What is wrong with state.db; empty when nothing is.
  const std::string& trouble() const { return trouble_; }

 private:
  /// Relabels, tells the Alertmanagers elsewhere, and hands on to the Notifier.
  bool take(RuleUpdate update);

  std::string trouble_;
  std::atomic<Duration> resolve_timeout_{5min};
  std::mutex mutex_;
  AlertRelabelling relabel_;  // guarded by mutex_
  std::unique_ptr<OutsideAlertmanagers> outside_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<Rules> rules_;
};

}  // namespace lapwing::alerting
