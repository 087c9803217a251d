// Notifier: the dispatch thread's work. It takes updates from the rules thread, lets the
// Dispatcher decide, hands what changed to the StateWriter, and sends.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/queue.h"
#include "agent/metrics/registry.h"
#include "alerting/notify/dispatcher.h"
#include "alerting/notify/history.h"
#include "alerting/notify/outbox.h"
#include "alerting/receivers/receiver.h"
#include "alerting/state_writer.h"
#include "alerting/update.h"

namespace lapwing::alerting {

struct NotifierOptions {
  std::shared_ptr<const NotifyPlan> plan = std::make_shared<const NotifyPlan>();
  std::string external_url;  ///< without a slash at its end
};

class Notifier {
 public:
  /// `store`: none when state.db cannot be used: all then lives in memory, and says so.
  Notifier(HttpSender http, std::optional<StateStore> store, StoredState state, Log& log,
           metrics::Registry& registry);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// Called, without a lock held, whenever step() has something to do at once. Any thread.
  void on_wake(std::function<void()> wake);
  /// The same of step_state().
  void on_state_wake(std::function<void()> wake) { writer_.on_wake(std::move(wake)); }

  /// False when the queue is full. Any thread; wakes.
  bool post(RuleUpdate update);
  /// Waits until step() and step_state() have written down what was posted and which silences were
  /// made before, or the disk has failed. False when that takes longer than `limit`. Any thread
  /// but theirs.
  bool wait_recorded(std::chrono::milliseconds limit);
  /// New routes from the next step on. Any thread; wakes.
  void apply(NotifierOptions options);

  /// Returns when to be called again. One thread.
  Timestamp step(Timestamp now);
  /// The same for state.db. A thread of its own: a disk may hang.
  Timestamp step_state(Timestamp now) { return writer_.step(now); }

  /// Makes or changes a silence; its id. It holds at once and is written down by the next step.
  /// Errors as Silences::set(). Any thread; wakes.
  Result<std::string> set_silence(Silence silence, Timestamp now);
  /// Any thread; wakes.
  Result<void> expire_silence(std::string_view id, Timestamp now);
  /// As Silences::all(). Any thread.
  std::vector<Silence> silences(Timestamp now) const;

  /// In the order of the configuration. Any thread.
  std::vector<ReceiverStatus> status() const;
  /// Any thread.
  NotifyStatus alerts(Timestamp now) const;
  /// Newest first. Any thread.
  std::vector<HistoryEntry> history(HistoryKind kind) const;

 private:
  struct Answer {
    Outbox::Sending sending;
    DeliveryResult result;
  };
  struct Mailbox;
  struct Counts;

  template <typename Act>
  Result<std::string> change_silences(Act act);
  void restore_notices(Timestamp now);
  void take_options(Timestamp now);
  void take_updates(Timestamp now);
  void note_outside(const std::vector<AlertNotice>& notices, Timestamp now, StateChanges& changes);
  void take_answers(Timestamp now);
  void take_answer(const Answer& answer, Timestamp now, StateChanges& changes);
  void take_part(const Outbox::Part& part, const Answer& answer, Timestamp now,
                 StateChanges& changes);
  void count(const Answer& answer, Timestamp now);
  void take_silences(Timestamp now);
  void take_due(Timestamp now);
  bool accept(Notification notification, Timestamp now, StateChanges& changes);
  void tell_fallback(const OutboxRow& row, Timestamp now, StateChanges& changes);
  void bury(const OutboxRow& row, std::string_view why, Timestamp now, StateChanges& changes);
  void record(HistoryEntry entry, StateChanges& changes);
  void save(Timestamp now, std::uint64_t barrier);
  void tell_recorded();
  void send(Timestamp now);
  void send(const Outbox::Sending& sending, Timestamp now);
  std::string_view kind_of(const DeliveryKey& key) const;
  void publish_status();

  const HttpSender http_;
  Log& log_;
  metrics::Registry& registry_;
  const std::shared_ptr<Mailbox> mailbox_;  // outlives us where an answer is still due
  BoundedQueue<RuleUpdate> updates_;
  StateWriter writer_;

  /// Held by step() while it decides, never while it writes or sends.
  mutable std::mutex decisions_;
  Dispatcher dispatcher_;         // guarded by decisions_
  Silences silences_;             // guarded by decisions_
  StateChanges silence_changes_;  // guarded by decisions_; for the next step
  History history_;               // guarded by decisions_

  NotifierOptions options_;  // dispatch thread, as all below up to the mutex
  Outbox outbox_;
  StateChanges changes_;                                         // of this step
  std::unordered_map<std::uint64_t, AlertState> stored_alerts_;  // by hash of rule and labels
  std::unordered_map<Labels, AlertNotice> outside_;              // as state.db has them
  std::vector<StoredNotice> restored_;                           // until the first step
  Timestamp alive_before_{};                                     // the earlier run, at its end
  Timestamp alive_written_at_{};
  Timestamp next_silence_care_{};
  std::map<std::string, Counts> counts_;                          // by receiver
  std::deque<std::pair<std::uint64_t, std::uint64_t>> barriers_;  // ticket, barrier
  metrics::Counter dropped_;
  metrics::Counter unrecorded_;
  metrics::Counter dead_;
  metrics::Counter digests_;
  metrics::Gauge waiting_;
  metrics::Gauge groups_;
  std::uint64_t counted_drops_ = 0;

  std::atomic<std::uint64_t> barrier_asked_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable recorded_;
  std::uint64_t barrier_done_ = 0;  // guarded by mutex_, as all below
  std::optional<NotifierOptions> next_options_;
  std::vector<ReceiverStatus> status_;
};

}  // namespace lapwing::alerting
