// Notifier: the dispatch thread's work. It takes updates from the rules thread, lets the
// Dispatcher decide, keeps state.db, and sends.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/queue.h"
#include "agent/metrics/registry.h"
#include "alerting/notify/dispatcher.h"
#include "alerting/notify/outbox.h"
#include "alerting/receivers/receiver.h"
#include "alerting/state_store.h"
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

  /// False when the queue is full. Any thread; wakes.
  bool post(RuleUpdate update);
  /// New routes from the next step on. Any thread; wakes.
  void apply(NotifierOptions options);

  /// Returns when to be called again. One thread.
  Timestamp step(Timestamp now);

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

 private:
  struct Answer {
    Notification notification;
    std::uint64_t version = 0;
    DeliveryResult result;
  };
  struct Mailbox;
  struct Counts;

  template <typename Act>
  Result<std::string> change_silences(Act act);
  void take_options(Timestamp now);
  void take_updates(Timestamp now);
  void take_answers(Timestamp now);
  void take_silences(Timestamp now);
  void take_due(Timestamp now);
  void save(Timestamp now);
  void send(Timestamp now);
  void publish_status();

  const HttpSender http_;
  std::optional<StateStore> store_;
  Log& log_;
  metrics::Registry& registry_;
  const std::shared_ptr<Mailbox> mailbox_;  // outlives us where an answer is still due
  BoundedQueue<RuleUpdate> updates_;

  /// Held by step() while it decides, never while it writes or sends.
  mutable std::mutex decisions_;
  Dispatcher dispatcher_;         // guarded by decisions_
  Silences silences_;             // guarded by decisions_
  StateChanges silence_changes_;  // guarded by decisions_; for the next step

  NotifierOptions options_;  // dispatch thread, as all below up to the mutex
  Outbox outbox_;
  StateChanges changes_;                             // not in state.db yet
  std::unordered_set<std::uint64_t> stored_alerts_;  // by hash: whether alive_at is worth a write
  Timestamp alive_written_at_{};
  Timestamp next_save_{};  // after a failed write
  Timestamp next_silence_care_{};
  std::map<std::string, Counts> counts_;  // by receiver
  metrics::Counter write_failures_;
  metrics::Counter dropped_;
  metrics::Gauge waiting_;
  metrics::Gauge groups_;
  std::uint64_t counted_drops_ = 0;

  mutable std::mutex mutex_;
  std::optional<NotifierOptions> next_options_;  // guarded by mutex_
  std::vector<ReceiverStatus> status_;           // guarded by mutex_
};

}  // namespace lapwing::alerting
