#include "alerting/notifier.h"

#include <algorithm>

#include "alerting/notifier_parts.h"
#include "alerting/schedule.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kUpdateLimit = 4096;
constexpr Duration kAliveInterval = 30s;
constexpr Duration kSilenceCare = 15min;  ///< between looks for silences that ended long ago
/// An end that moves on by less is not worth a write: others tell of their alerts each minute.
constexpr Duration kEndDrift = 2min;

std::uint64_t alert_hash(const std::string& rule, const Labels& labels) {
  return fnv1a(rule, labels.hash());
}

bool worth_writing(const AlertNotice& stored, const AlertNotice& now) {
  return stored.starts_at != now.starts_at || stored.annotations != now.annotations ||
         stored.generator_url != now.generator_url || now.ends_at < stored.ends_at ||
         now.ends_at - stored.ends_at >= kEndDrift;
}

}  // namespace

Notifier::Notifier(HttpSender http, std::optional<StateStore> store, StoredState state, Log& log,
                   metrics::Registry& registry)
    : http_(std::move(http)),
      log_(log),
      registry_(registry),
      mailbox_(std::make_shared<Mailbox>()),
      updates_(kUpdateLimit),
      writer_(std::move(store), log, registry),
      dispatcher_(std::move(state.log)),
      silences_(std::move(state.silences)),
      history_(std::move(state.history)),
      outbox_(state.outbox),
      restored_(std::move(state.notices)),
      alive_before_(state.alive_at),
      dropped_(registry.counter("lapwing_alerts_dropped_total",
                                "Alerts and notifications left out because a limit was reached.")),
      unrecorded_(registry.counter(
          "lapwing_notifications_unrecorded_total",
          "Notifications that left before state.db had them: a write failed or took over 1 s.")),
      dead_(registry.counter("lapwing_notifications_dead_total",
                             "Notifications given up: see /api/v1/history/dead_letters.")),
      digests_(registry.counter("lapwing_notification_digests_total",
                                "Digests sent in the place of many notifications.")),
      waiting_(registry.gauge("lapwing_notifications_waiting",
                              "Notifications that are not delivered yet.")),
      groups_(registry.gauge("lapwing_alert_groups", "Groups of alerts that live.")) {
  for (const OutboxRow& row : state.outbox) dispatcher_.set_waiting(row.notification.key, true);
  for (const StoredAlert& stored : state.alerts)
    stored_alerts_[alert_hash(stored.rule, stored.alert.labels)] = stored.alert.state;
  writer_.on_written([mailbox = mailbox_] { mailbox->ring(); });
}

Notifier::~Notifier() {
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->wake = nullptr;
}

void Notifier::on_wake(std::function<void()> wake) {
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->wake = std::move(wake);
}

bool Notifier::post(RuleUpdate update) {
  const bool taken = updates_.push(std::move(update));
  mailbox_->ring();
  return taken;
}

void Notifier::apply(NotifierOptions options) {
  {
    const std::lock_guard lock(mutex_);
    next_options_ = std::move(options);
  }
  mailbox_->ring();
}

template <typename Act>
Result<std::string> Notifier::change_silences(Act act) {
  std::string id;
  {
    const std::lock_guard lock(decisions_);
    Result<Silences::Change> change = act(silences_);
    if (!change) return std::move(change).error();
    id = std::move(change->id);
    StateChanges changes;
    changes.silences = std::move(change->stored);
    silence_changes_.append(std::move(changes));
  }
  mailbox_->ring();
  return id;
}

Result<std::string> Notifier::set_silence(Silence silence, Timestamp now) {
  return change_silences([&](Silences& all) { return all.set(std::move(silence), now); });
}

Result<void> Notifier::expire_silence(std::string_view id, Timestamp now) {
  const auto done = change_silences([&](Silences& all) { return all.expire(id, now); });
  if (!done) return done.error();
  return {};
}

std::vector<Silence> Notifier::silences(Timestamp now) const {
  const std::lock_guard lock(decisions_);
  return silences_.all(now);
}

NotifyStatus Notifier::alerts(Timestamp now) const {
  const std::lock_guard lock(decisions_);
  return dispatcher_.status(now, silences_);
}

std::vector<HistoryEntry> Notifier::history(HistoryKind kind) const {
  const std::lock_guard lock(decisions_);
  return history_.of(kind);
}

Timestamp Notifier::step(Timestamp now) {
  Timestamp next = kNever;
  const std::uint64_t barrier = barrier_asked_;
  {
    const std::lock_guard lock(decisions_);
    restore_notices(now);
    take_options(now);
    take_updates(now);
    take_answers(now);
    take_silences(now);
    take_due(now);
    next = dispatcher_.next();
  }
  save(now, barrier);
  send(now);
  tell_recorded();
  publish_status();
  next = std::min(next, outbox_.next(writer_.written()));
  if (!stored_alerts_.empty() || !outside_.empty())
    next = std::min(next, alive_written_at_ + kAliveInterval);
  return std::max(next, now + 1ms);
}

/// What lived when the earlier run ended lives on for as long as it had left: a restart ends no
/// alert.
void Notifier::restore_notices(Timestamp now) {
  if (restored_.empty()) return;
  std::vector<AlertNotice> notices;
  for (StoredNotice& stored : std::exchange(restored_, {})) {
    AlertNotice& notice = stored.notice;
    if (notice.ends_at > alive_before_ && now > alive_before_)
      notice.ends_at += now - alive_before_;
    outside_[notice.labels] = notice;
    notices.push_back(std::move(notice));
  }
  dispatcher_.observe(notices, now);
}

void Notifier::take_options(Timestamp now) {
  std::optional<NotifierOptions> options;
  {
    const std::lock_guard lock(mutex_);
    options.swap(next_options_);
  }
  if (!options) return;
  options_ = std::move(*options);
  dispatcher_.apply(options_.plan, now);
  outbox_.apply(options_.plan->delivery);
  StateChanges changes;
  for (const OutboxRow& row : outbox_.remove_unless([&](const DeliveryKey& key) {
         const ReceiverPlan* plan = options_.plan->find(key.receiver);
         return plan != nullptr && key.integration < plan->integrations.size();
       })) {
    log_.warn("a notification of {} to receiver {} is dropped: the configuration has it no more",
              row.notification.key.group_key, row.notification.key.receiver);
    dropped_.add();
    bury(row, "the configuration has the receiver no more", now, changes);
  }
  changes_.append(std::move(changes));
  for (const ReceiverPlan& plan : options_.plan->receivers) {
    if (counts_.contains(plan.name)) continue;
    const metrics::LabelPairs labels = {{"receiver", plan.name}};
    Counts counts{registry_.counter("lapwing_notifications_total",
                                    "Notifications that a receiver accepted.", labels),
                  registry_.counter("lapwing_notifications_failed_total",
                                    "Attempts to notify that failed.", labels),
                  registry_.counter("lapwing_notification_retries_total",
                                    "Attempts to notify that were not the first: what the receiver "
                                    "took before has the same idempotency key.",
                                    labels),
                  {}};
    counts.status.name = plan.name;
    counts_.emplace(plan.name, std::move(counts));
  }
}

void Notifier::take_updates(Timestamp now) {
  for (RuleUpdate& update : updates_.drain()) {
    StateChanges changes;
    dispatcher_.observe(update.notices, now);
    if (update.from_outside) note_outside(update.notices, now, changes);
    for (const StoredAlert& stored : update.changed) {
      const auto hash = alert_hash(stored.rule, stored.alert.labels);
      const auto known = stored_alerts_.find(hash);
      if (known == stored_alerts_.end() || known->second != stored.alert.state)
        record(alert_entry(stored.alert, now), changes);
      stored_alerts_[hash] = stored.alert.state;
    }
    for (const auto& [rule, labels] : update.forgotten)
      stored_alerts_.erase(alert_hash(rule, labels));
    changes.alerts = std::move(update.changed);
    changes.forgotten_alerts = std::move(update.forgotten);
    changes_.append(std::move(changes));
  }
  const std::uint64_t drops = dispatcher_.dropped() + updates_.dropped();
  if (drops > counted_drops_) dropped_.add(double(drops - counted_drops_));
  counted_drops_ = drops;
}

void Notifier::note_outside(const std::vector<AlertNotice>& notices, Timestamp now,
                            StateChanges& changes) {
  for (const AlertNotice& notice : notices) {
    const auto known = outside_.find(notice.labels);
    if (known == outside_.end() && outside_.size() >= kDispatchAlertLimit) continue;
    const bool ended = notice.ends_at <= now;
    const bool was_live = known != outside_.end() && known->second.ends_at > now;
    if (ended ? was_live : !was_live) record(alert_entry(notice, now), changes);
    if (known != outside_.end() && !worth_writing(known->second, notice)) continue;
    outside_.insert_or_assign(notice.labels, notice);
    changes.notices.push_back({notice, now});
  }
}

void Notifier::take_silences(Timestamp now) {
  changes_.append(std::exchange(silence_changes_, {}));
  if (now < next_silence_care_) return;
  next_silence_care_ = now + kSilenceCare;
  StateChanges changes;
  changes.removed_silences = silences_.forget_old(now);
  changes_.append(std::move(changes));
}

void Notifier::take_due(Timestamp now) {
  Dispatcher::Due due = dispatcher_.due(now, silences_);
  StateChanges changes;
  for (Notification& notification : due.notifications)
    accept(std::move(notification), now, changes);
  changes.log = std::move(due.logged);
  changes.removed_log = std::move(due.forgotten);
  for (Labels& labels : due.forgotten_alerts)
    if (outside_.erase(labels) > 0) changes.removed_notices.push_back(std::move(labels));
  changes_.append(std::move(changes));
}

void Notifier::record(HistoryEntry entry, StateChanges& changes) {
  changes.history.push_back(entry);
  history_.add(std::move(entry));
}

void Notifier::save(Timestamp now, std::uint64_t barrier) {
  const bool watched = !stored_alerts_.empty() || !outside_.empty();
  if (watched &&
      (!changes_.empty() || now >= alive_written_at_ + kAliveInterval || now < alive_written_at_)) {
    changes_.alive_at = now;
    alive_written_at_ = now;
  }
  std::uint64_t ticket = writer_.newest_ticket();
  if (!changes_.empty()) {
    ticket = writer_.submit(std::exchange(changes_, {}));
    outbox_.seal(ticket, now);
  }
  if (barriers_.empty() ? barrier > barrier_done_ : barrier > barriers_.back().second)
    barriers_.emplace_back(ticket, barrier);
}

bool Notifier::wait_recorded(std::chrono::milliseconds limit) {
  const std::uint64_t barrier = ++barrier_asked_;
  mailbox_->ring();
  std::unique_lock lock(mutex_);
  return recorded_.wait_for(lock, limit, [&] { return barrier_done_ >= barrier; });
}

void Notifier::tell_recorded() {
  const Written written = writer_.written();
  std::uint64_t done = 0;
  while (!barriers_.empty() && (written.failing || barriers_.front().first <= written.ticket)) {
    done = barriers_.front().second;
    barriers_.pop_front();
  }
  if (done == 0) return;
  {
    const std::lock_guard lock(mutex_);
    barrier_done_ = done;
  }
  recorded_.notify_all();
}

void Notifier::publish_status() {
  std::vector<ReceiverStatus> status;
  for (const ReceiverPlan& plan : options_.plan->receivers) {
    ReceiverStatus one = counts_.at(plan.name).status;
    one.waiting = outbox_.waiting_for(plan.name);
    status.push_back(std::move(one));
  }
  waiting_.set(double(outbox_.size()));
  groups_.set(double(dispatcher_.group_count()));
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
}

std::vector<ReceiverStatus> Notifier::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace lapwing::alerting
