#include "alerting/notifier.h"

#include <algorithm>

#include "alerting/schedule.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kUpdateLimit = 4096;
/// One answer an integration is under way at most; this many integrations are far off.
constexpr std::size_t kAnswerLimit = 65536;
constexpr std::size_t kUnsavedLimit = 50'000;
constexpr Duration kAliveInterval = 30s;
constexpr Duration kSaveRetry = 1s;
constexpr Duration kSilenceCare = 15min;  ///< between looks for silences that ended long ago

std::uint64_t alert_hash(const std::string& rule, const Labels& labels) {
  return fnv1a(rule, labels.hash());
}

}  // namespace

/// Where answers arrive from the client's thread, also after the Notifier has gone.
struct Notifier::Mailbox {
  BoundedQueue<Answer> answers{kAnswerLimit};
  std::mutex mutex;
  std::function<void()> wake;  // guarded by mutex

  void ring() {
    std::function<void()> call;
    {
      const std::lock_guard lock(mutex);
      call = wake;
    }
    if (call) call();
  }
};

struct Notifier::Counts {
  metrics::Counter delivered;
  metrics::Counter failed;
  ReceiverStatus status;
};

Notifier::Notifier(HttpSender http, std::optional<StateStore> store, StoredState state, Log& log,
                   metrics::Registry& registry)
    : http_(std::move(http)),
      store_(std::move(store)),
      log_(log),
      registry_(registry),
      mailbox_(std::make_shared<Mailbox>()),
      updates_(kUpdateLimit),
      dispatcher_(std::move(state.log)),
      silences_(std::move(state.silences)),
      outbox_(state.outbox),
      write_failures_(registry.counter("lapwing_state_write_failures_total",
                                       "Writes to state.db that failed.")),
      dropped_(registry.counter("lapwing_alerts_dropped_total",
                                "Alerts and notifications left out because a limit was reached.")),
      waiting_(registry.gauge("lapwing_notifications_waiting",
                              "Notifications that are not delivered yet.")),
      groups_(registry.gauge("lapwing_alert_groups", "Groups of alerts that live.")) {
  for (const OutboxRow& row : state.outbox) dispatcher_.set_waiting(row.notification.key, true);
  for (const StoredAlert& stored : state.alerts)
    stored_alerts_.insert(alert_hash(stored.rule, stored.alert.labels));
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

Timestamp Notifier::step(Timestamp now) {
  Timestamp next = kNever;
  {
    const std::lock_guard lock(decisions_);
    take_options(now);
    take_updates(now);
    take_answers(now);
    take_silences(now);
    take_due(now);
    next = dispatcher_.next();
  }
  save(now);
  send(now);
  publish_status();
  next = std::min(next, outbox_.next());
  if (!changes_.empty()) next = std::min(next, next_save_);
  if (store_ && !stored_alerts_.empty()) next = std::min(next, alive_written_at_ + kAliveInterval);
  return std::max(next, now + 1ms);
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
  for (DeliveryKey& key : outbox_.remove_unless([&](const DeliveryKey& row) {
         const ReceiverPlan* plan = options_.plan->find(row.receiver);
         return plan != nullptr && row.integration < plan->integrations.size();
       })) {
    log_.warn("a notification of {} to receiver {} is dropped: the configuration has it no more",
              key.group_key, key.receiver);
    dropped_.add();
    dispatcher_.set_waiting(key, false);
    StateChanges gone;
    gone.removed_outbox.push_back(std::move(key));
    changes_.append(std::move(gone));
  }
  for (const ReceiverPlan& plan : options_.plan->receivers) {
    if (counts_.contains(plan.name)) continue;
    const metrics::LabelPairs labels = {{"receiver", plan.name}};
    Counts counts{registry_.counter("lapwing_notifications_total",
                                    "Notifications that a receiver accepted.", labels),
                  registry_.counter("lapwing_notifications_failed_total",
                                    "Attempts to notify that failed.", labels),
                  {}};
    counts.status.name = plan.name;
    counts_.emplace(plan.name, std::move(counts));
  }
}

void Notifier::take_updates(Timestamp now) {
  for (RuleUpdate& update : updates_.drain()) {
    dispatcher_.observe(update.notices, now);
    for (const StoredAlert& stored : update.changed)
      stored_alerts_.insert(alert_hash(stored.rule, stored.alert.labels));
    for (const auto& [rule, labels] : update.forgotten)
      stored_alerts_.erase(alert_hash(rule, labels));
    StateChanges changes;
    changes.alerts = std::move(update.changed);
    changes.forgotten_alerts = std::move(update.forgotten);
    changes_.append(std::move(changes));
  }
  const std::uint64_t drops = dispatcher_.dropped() + updates_.dropped();
  if (drops > counted_drops_) dropped_.add(double(drops - counted_drops_));
  counted_drops_ = drops;
}

void Notifier::take_answers(Timestamp now) {
  for (Answer& answer : mailbox_->answers.drain()) {
    const DeliveryKey& key = answer.notification.key;
    const bool gone = outbox_.finish(key, answer.version, answer.result, now);
    const bool delivered = answer.result.outcome == DeliveryOutcome::Delivered;
    StateChanges changes;
    if (delivered) {
      changes.log.push_back(dispatcher_.delivered(answer.notification, now));
      if (!gone && outbox_.find(key) != nullptr) dispatcher_.set_waiting(key, true);
    }
    if (gone) {
      changes.removed_outbox.push_back(key);
    } else if (const OutboxRow* row = outbox_.find(key)) {
      changes.outbox.push_back(*row);
    }
    const auto found = counts_.find(key.receiver);
    if (found != counts_.end()) {
      Counts& counts = found->second;
      (delivered ? counts.delivered : counts.failed).add();
      if (delivered) {
        if (!counts.status.last_error.empty()) log_.info("receiver {} answers again", key.receiver);
        ++counts.status.delivered;
        counts.status.last_delivery = now;
      } else {
        ++counts.status.failed;
        if (counts.status.last_error != answer.result.error)
          log_.warn("receiver {} was not told of {}: {}; it is tried again", key.receiver,
                    key.group_key, answer.result.error);
      }
      counts.status.last_error = answer.result.error;
    }
    changes_.append(std::move(changes));
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
  for (Notification& notification : due.notifications) {
    const DeliveryKey key = notification.key;
    if (!outbox_.accept(std::move(notification), now)) {
      log_.error("the outbox is full: a notification of {} to {} is dropped", key.group_key,
                 key.receiver);
      dropped_.add();
      dispatcher_.set_waiting(key, false);
      continue;
    }
    changes.outbox.push_back(*outbox_.find(key));
  }
  changes.log = std::move(due.logged);
  changes.removed_log = std::move(due.forgotten);
  changes_.append(std::move(changes));
}

void Notifier::save(Timestamp now) {
  if (!store_) {
    changes_ = {};
    return;
  }
  const bool alive = !stored_alerts_.empty() &&
                     (now >= alive_written_at_ + kAliveInterval || now < alive_written_at_);
  if ((changes_.empty() && !alive) || now < next_save_) return;
  if (!stored_alerts_.empty()) changes_.alive_at = now;
  if (const auto written = store_->write(changes_); !written) {
    // What waits is sent all the same, from memory; it is written as soon as that works again.
    write_failures_.add();
    if (next_save_ == Timestamp{})
      log_.error("state.db: {}; notifications go on from memory", written.error().message);
    next_save_ = now + kSaveRetry;
    alive_written_at_ = now;
    if (changes_.size() > kUnsavedLimit) {
      dropped_.add(double(changes_.size()));
      changes_ = {};
    }
    return;
  }
  if (next_save_ != Timestamp{}) log_.info("state.db is written again");
  next_save_ = Timestamp{};
  alive_written_at_ = now;
  changes_ = {};
}

void Notifier::send(Timestamp now) {
  for (Outbox::Sending& sending : outbox_.take_due(now)) {
    const DeliveryKey& key = sending.notification.key;
    const ReceiverPlan* plan = options_.plan->find(key.receiver);
    if (plan == nullptr || key.integration >= plan->integrations.size()) {
      // Rows of an earlier run wait until the configuration has come.
      outbox_.finish(key, sending.version, {DeliveryOutcome::Retry, "no such receiver yet"}, now);
      continue;
    }
    const auto receiver = plan->integrations[key.integration];
    receiver->send(
        sending.notification, options_.external_url, http_,
        [mailbox = mailbox_, sending](DeliveryResult result) {
          mailbox->answers.push({sending.notification, sending.version, std::move(result)});
          mailbox->ring();
        });
  }
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
