// The part of Notifier that sends, and takes in what became of it.
#include "alerting/notifier.h"
#include "alerting/notifier_parts.h"

namespace lapwing::alerting {

bool Notifier::accept(Notification notification, Timestamp now, StateChanges& changes) {
  const DeliveryKey key = notification.key;
  OutboxRow refused{notification};
  switch (outbox_.accept(std::move(notification), now)) {
    case Outbox::Acceptance::Taken:
      changes.outbox.push_back(*outbox_.find(key));
      return true;
    case Outbox::Acceptance::Same:
      return true;
    case Outbox::Acceptance::Full:
      break;
  }
  log_.error("the outbox is full: a notification of {} to {} is dropped", key.group_key,
             key.receiver);
  dropped_.add();
  bury(refused, "the outbox is full", now, changes);
  return false;
}

void Notifier::bury(const OutboxRow& row, std::string_view why, Timestamp now,
                    StateChanges& changes) {
  const DeliveryKey& key = row.notification.key;
  dead_.add();
  if (const auto found = counts_.find(key.receiver); found != counts_.end())
    ++found->second.status.dead;
  dispatcher_.set_waiting(key, false);
  record(dead_letter(row, why, now), changes);
  record(notification_entry(row.notification,
                            {"dead", kind_of(key), row.attempts, "", row.last_error, 0}, now),
         changes);
  changes.removed_outbox.push_back(key);
}

void Notifier::tell_fallback(const OutboxRow& row, Timestamp now, StateChanges& changes) {
  const std::string& name = options_.plan->delivery.fallback_receiver;
  const ReceiverPlan* plan = options_.plan->find(name);
  if (plan == nullptr) return;
  log_.warn("receiver {} cannot be told of {}: receiver {} is told in its place",
            row.notification.key.receiver, row.notification.key.group_key, name);
  for (std::uint32_t i = 0; i < plan->integrations.size(); ++i) {
    Notification copy = row.notification;
    copy.key.receiver = name;
    copy.key.integration = i;
    copy.idempotency_key = idempotency_key(copy, {});
    accept(std::move(copy), now, changes);
  }
}

void Notifier::take_part(const Outbox::Part& part, const Answer& answer, Timestamp now,
                         StateChanges& changes) {
  const DeliveryKey& key = part.notification.key;
  const Outbox::Finished finished = outbox_.finish(key, part.version, answer.result, now);
  if (finished.attempts > 1)
    if (const auto found = counts_.find(key.receiver); found != counts_.end())
      found->second.repeated.add();
  if (answer.result.outcome == DeliveryOutcome::Delivered) {
    changes.log.push_back(dispatcher_.delivered(part.notification, now));
    const std::size_t digest_of = answer.sending.digest ? answer.sending.parts.size() : 0;
    record(notification_entry(
               part.notification,
               {"delivered", kind_of(key), finished.attempts, answer.result.receipt, "", digest_of},
               now),
           changes);
    if (!finished.gone && outbox_.find(key) != nullptr) dispatcher_.set_waiting(key, true);
  }
  if (finished.fallback) tell_fallback(*finished.fallback, now, changes);
  if (finished.dead) {
    log_.error("a notification of {} to receiver {} is given up after {} attempts: {}",
               key.group_key, key.receiver, finished.attempts, answer.result.error);
    bury(*finished.dead, "given up", now, changes);
  } else if (finished.gone) {
    changes.removed_outbox.push_back(key);
  } else if (const OutboxRow* row = outbox_.find(key)) {
    changes.outbox.push_back(*row);
  }
}

void Notifier::count(const Answer& answer, Timestamp now) {
  const DeliveryKey& key = answer.sending.told().key;
  const auto found = counts_.find(key.receiver);
  if (found == counts_.end()) return;
  Counts& counts = found->second;
  if (answer.result.outcome == DeliveryOutcome::Delivered) {
    counts.delivered.add();
    if (answer.sending.digest) digests_.add();
    if (!counts.status.last_error.empty()) log_.info("receiver {} answers again", key.receiver);
    ++counts.status.delivered;
    counts.status.last_delivery = now;
  } else {
    counts.failed.add();
    ++counts.status.failed;
    if (counts.status.last_error != answer.result.error)
      log_.warn("receiver {} was not told of {}: {}; it is tried again", key.receiver,
                key.group_key, answer.result.error);
  }
  counts.status.last_error = answer.result.error;
}

void Notifier::take_answers(Timestamp now) {
  for (const Answer& answer : mailbox_->answers.drain()) {
    StateChanges changes;
    for (const Outbox::Part& part : answer.sending.parts) take_part(part, answer, now, changes);
    count(answer, now);
    changes_.append(std::move(changes));
  }
}

std::string_view Notifier::kind_of(const DeliveryKey& key) const {
  const ReceiverPlan* plan = options_.plan->find(key.receiver);
  const bool known = plan != nullptr && key.integration < plan->integrations.size();
  return known ? plan->integrations[key.integration]->kind() : std::string_view();
}

void Notifier::send(Timestamp now) {
  if (options_.plan->receivers.empty()) return;  // Rows of an earlier run wait for their receivers.
  for (const Outbox::Sending& sending : outbox_.take_due(now, writer_.written()))
    send(sending, now);
}

void Notifier::send(const Outbox::Sending& sending, Timestamp now) {
  const DeliveryKey& key = sending.told().key;
  const ReceiverPlan* plan = options_.plan->find(key.receiver);
  if (plan == nullptr || key.integration >= plan->integrations.size()) {
    for (const Outbox::Part& part : sending.parts)
      outbox_.finish(part.notification.key, part.version,
                     {DeliveryOutcome::Retry, "no such receiver yet"}, now);
    return;
  }
  if (sending.unwritten) unrecorded_.add();
  const auto receiver = plan->integrations[key.integration];
  const DeliveryContext context{options_.external_url, *options_.plan->templates, http_, now};
  receiver->send(sending.told(), context, [mailbox = mailbox_, sending](DeliveryResult result) {
    mailbox->answers.push({sending, std::move(result)});
    mailbox->ring();
  });
}

}  // namespace lapwing::alerting
