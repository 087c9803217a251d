// Dispatcher: groups alerts and decides when a group has something to say, and to whom
// (Alertmanager's dispatch, inhibit and dedup stages). Pure: no I/O, no clock, no thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "alerting/notify/delivery_options.h"
#include "alerting/notify/inhibit.h"
#include "alerting/notify/notification.h"
#include "alerting/notify/route.h"
#include "alerting/notify/silence.h"
#include "alerting/receivers/registry.h"
#include "alerting/status.h"
#include "alerting/template/template_set.h"
#include "alerting/update.h"

namespace lapwing::alerting {

/// Groups and alerts held at most; what comes beyond is counted and left out.
inline constexpr std::size_t kGroupLimit = 20'000;
inline constexpr std::size_t kDispatchAlertLimit = 100'000;

/// Who hears of what. Immutable once built.
struct NotifyPlan {
  std::optional<Route> route;  ///< none: alerts are shown only
  std::vector<InhibitRule> inhibit_rules;
  std::vector<ReceiverPlan> receivers;
  DeliveryOptions delivery;
  std::shared_ptr<const TemplateSet> templates = std::make_shared<const TemplateSet>();
  Duration resolve_timeout = 5min;  ///< of alerts from elsewhere that come without an end

  const ReceiverPlan* find(std::string_view receiver) const;
};

/// What one integration was told last of a group, so that nothing is told twice.
struct NotificationLogEntry {
  DeliveryKey key;
  Timestamp at{};
  std::vector<std::uint64_t> firing;    ///< fingerprints, sorted
  std::vector<std::uint64_t> resolved;  ///< fingerprints, sorted
};

class Dispatcher {
 public:
  /// `log`: what was told before the restart.
  explicit Dispatcher(std::vector<NotificationLogEntry> log = {});

  /// New routes and receivers: the alerts held are grouped anew.
  void apply(std::shared_ptr<const NotifyPlan> plan, Timestamp now);

  void observe(std::span<const AlertNotice> notices, Timestamp now);

  struct Due {
    std::vector<Notification> notifications;   ///< to be delivered
    std::vector<NotificationLogEntry> logged;  ///< noted without telling anyone
    std::vector<DeliveryKey> forgotten;        ///< log entries that have grown old
    std::vector<Labels> forgotten_alerts;      ///< ended long ago, in no group
  };
  /// What groups whose time has come have to say. A notification takes the place of an earlier
  /// one with the same key that is not delivered yet.
  Due due(Timestamp now, const Silences& silences = Silences());

  /// All alerts and groups as they stand, groups by receiver and labels.
  NotifyStatus status(Timestamp now, const Silences& silences) const;

  /// The entry for the log once a notification was accepted by its receiver.
  NotificationLogEntry delivered(const Notification& notification, Timestamp now);
  /// A notification waits for delivery: its group does not count as told.
  void set_waiting(const DeliveryKey& key, bool waiting);

  /// When due() has something next; kNever when no group lives.
  Timestamp next() const;

  std::size_t group_count() const { return groups_.size(); }
  std::size_t alert_count() const { return alerts_.size(); }
  /// Alerts left out because a limit was reached.
  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Held {
    AlertNotice notice;
    Timestamp updated_at{};
    bool resolved(Timestamp now) const { return notice.ends_at <= now; }
  };
  struct Group {
    const Route* route = nullptr;
    Labels labels;
    std::string key;
    std::map<Labels, Timestamp> members;  ///< alert → when it was put here
    Timestamp next_flush{};
    bool flushed = false;
    /// Integrations that were told nothing yet of the newest flush, and what it resolved.
    std::vector<DeliveryKey> waiting;
    std::vector<std::pair<Labels, Timestamp>> resolved;
  };
  using GroupId = std::pair<const Route*, Labels>;

  void insert(const Labels& labels, Timestamp now);
  Inhibition inhibition(Timestamp now) const;
  void flush(Group& group, Timestamp now, const Inhibition& inhibition, const Silences& silences,
             Due& out);
  void consider(Group& group, const ReceiverPlan& receiver, std::uint32_t integration,
                const std::vector<NotificationAlert>& alerts, Timestamp now, Due& out);
  std::optional<std::string_view> reason_to_tell(const Notification& all, const Route& route,
                                                 bool send_resolved, Timestamp now) const;
  void drop_resolved(Group& group);
  void remove_empty_groups();
  void collect_garbage(Timestamp now, Due& out);

  std::shared_ptr<const NotifyPlan> plan_ = std::make_shared<const NotifyPlan>();
  std::unordered_map<Labels, Held> alerts_;
  std::map<GroupId, Group> groups_;
  std::map<DeliveryKey, NotificationLogEntry> log_;
  std::map<DeliveryKey, bool> waiting_;
  Timestamp next_garbage_{};
  std::uint64_t dropped_ = 0;
};

}  // namespace lapwing::alerting
