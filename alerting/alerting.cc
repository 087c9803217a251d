#include "alerting/alerting.h"

namespace lapwing::alerting {
namespace {

/// How long an API call waits until what it brought is written down.
constexpr Duration kRecordWait = 1s;

/// Takes out the alerts that were only pending when the agent stopped too long ago: nobody knows
/// whether their condition held meanwhile. Gives them, to be forgotten.
std::vector<std::pair<std::string, Labels>> take_outdated(std::vector<StoredAlert>& alerts,
                                                          Timestamp alive_at, Timestamp now) {
  std::vector<std::pair<std::string, Labels>> outdated;
  if (now - alive_at <= kOutageTolerance) return outdated;
  std::erase_if(alerts, [&](const StoredAlert& stored) {
    if (stored.alert.state != AlertState::Pending) return false;
    outdated.emplace_back(stored.rule, stored.alert.labels);
    return true;
  });
  return outdated;
}

}  // namespace

Alerting::Alerting(AlertingContext context, const std::string& state_path) {
  const Timestamp now = context.rules.clock.now();
  StoredState state;
  std::optional<StateStore> store;
  auto opened = StateStore::open(state_path, now, context.rules.log);
  if (opened) {
    state = opened->take_loaded();
    trouble_ = opened->trouble();
    store.emplace(std::move(*opened));
  } else {
    trouble_ = "state.db cannot be used: " + opened.error().message +
               "; alerts and notifications are kept in memory only";
    context.rules.log.error("{}", trouble_);
  }
  std::vector<StoredAlert> alerts = state.alerts;
  RuleUpdate outdated;
  outdated.forgotten = take_outdated(alerts, state.alive_at, now);
  outside_ = std::make_unique<OutsideAlertmanagers>(context.http, context.rules.log,
                                                    context.rules.registry);
  notifier_ =
      std::make_unique<Notifier>(std::move(context.http), std::move(store), std::move(state),
                                 context.rules.log, context.rules.registry);
  if (!outdated.empty()) notifier_->post(std::move(outdated));
  rules_ = std::make_unique<Rules>(
      context.rules, [this](RuleUpdate update) { return take(std::move(update)); },
      std::move(alerts));
}

bool Alerting::take(RuleUpdate update) {
  AlertRelabelling relabel;
  {
    const std::lock_guard lock(mutex_);
    relabel = relabel_;
  }
  if (relabel) update.notices = relabelled(update.notices, relabel);
  const std::vector<AlertNotice> notices = update.notices;
  if (!notifier_->post(std::move(update))) return false;
  if (!notices.empty()) outside_->post(notices);
  return true;
}

void Alerting::apply(AlertingPlan plan) {
  {
    const std::lock_guard lock(mutex_);
    relabel_ = std::move(plan.relabel);
  }
  resolve_timeout_ = plan.notify->resolve_timeout;
  notifier_->apply({std::move(plan.notify), plan.external_url});
  rules_->apply({std::move(plan.groups), std::move(plan.external_labels), plan.external_url});
}

NotifyAccess Alerting::notify_access(const Clock& clock) {
  Notifier& notifier = *notifier_;
  NotifyAccess access;
  access.alerts = [&] { return notifier.alerts(clock.now()); };
  access.silences = [&] { return notifier.silences(clock.now()); };
  // What was answered well outlives a crash; a disk that hangs only delays the answer.
  access.set_silence = [&](Silence silence) {
    auto id = notifier.set_silence(std::move(silence), clock.now());
    if (id) notifier.wait_recorded(kRecordWait);
    return id;
  };
  access.expire_silence = [&](std::string_view id) {
    auto done = notifier.expire_silence(id, clock.now());
    if (done) notifier.wait_recorded(kRecordWait);
    return done;
  };
  access.alertmanagers = [outside = outside_.get()] { return outside->urls(); };
  access.history = [&](HistoryKind kind) { return notifier.history(kind); };
  access.resolve_timeout = [this] { return resolve_timeout_.load(); };
  access.post = [&](std::vector<AlertNotice> notices) {
    RuleUpdate update;
    update.notices = std::move(notices);
    update.from_outside = true;
    if (!notifier.post(std::move(update))) return false;
    notifier.wait_recorded(kRecordWait);
    return true;
  };
  return access;
}

std::shared_ptr<const AlertingStatus> Alerting::status() const {
  auto status = std::make_shared<AlertingStatus>();
  status->groups = rules_->status();
  status->receivers = notifier_->status();
  return status;
}

}  // namespace lapwing::alerting
