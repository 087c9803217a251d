// A notification: what a group of alerts has to say to one receiver, and how it is told apart.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/model/labels.h"

namespace lapwing::alerting {

/// Prometheus's model.Fingerprint of a label set: FNV-1a over names and values, each followed by
/// 0xff.
std::uint64_t fingerprint(const Labels& labels);
/// Sixteen hexadecimal digits.
std::string fingerprint_text(std::uint64_t fingerprint);

/// What a resolved alert's expression was worth. NaN where it is not known: alerts that others
/// found, and a last or recovered value that the expression does not show.
struct AlertValues {
  double peak = std::numeric_limits<double>::quiet_NaN();       ///< the worst while it fired
  double last = std::numeric_limits<double>::quiet_NaN();       ///< the last that was still bad
  double recovered = std::numeric_limits<double>::quiet_NaN();  ///< the first that was good again

  bool known() const { return !std::isnan(peak); }
};

struct NotificationAlert {
  Labels labels;
  Labels annotations;
  Timestamp starts_at{};
  Timestamp ends_at{};  ///< zero while firing
  std::string generator_url;
  AlertValues values{};

  bool resolved() const { return ends_at != Timestamp{}; }
};

/// Alertmanager's order: job, instance, then all labels.
bool notification_order(const Labels& a, const Labels& b);

/// What all of the alerts have alike.
Labels common_labels(std::span<const NotificationAlert> alerts);
Labels common_annotations(std::span<const NotificationAlert> alerts);

/// A receiver's name as Alertmanager shows it to receivers: Go's regexp.QuoteMeta of it.
std::string quoted_receiver(std::string_view name);

/// Where a notification goes: one integration of a receiver, for one group.
struct DeliveryKey {
  std::string receiver;
  std::uint32_t integration = 0;  ///< index among the receiver's configurations
  std::string group_key;

  friend bool operator==(const DeliveryKey&, const DeliveryKey&) = default;
  friend auto operator<=>(const DeliveryKey&, const DeliveryKey&) = default;
};

struct Notification {
  DeliveryKey key;
  Labels group_labels;
  std::vector<NotificationAlert> alerts;  ///< in notification_order
  Timestamp created_at{};
  Duration group_interval{};
  /// Fingerprints that the notification log remembers once it is delivered; alerts that the
  /// receiver does not want to hear of included.
  std::vector<std::uint64_t> firing;
  std::vector<std::uint64_t> resolved;
  /// The same for the same news, also when it is worked out anew after a crash: a receiver that
  /// gets one twice has been told twice of one thing. Empty: none.
  std::string idempotency_key{};
  /// Why it is told, in Alertmanager's words; empty for a digest.
  std::string reason{};

  bool any_firing() const;
};

/// The key: receiver, group, when it was told last (zero: never), and which alerts began and ended
/// when. Texts such as annotations do not count.
std::string idempotency_key(const Notification& notification, Timestamp told_last);

/// JSON of our own, for state.db.
std::string encode_notification(const Notification& notification);
/// Corrupt when the text is none.
Result<Notification> decode_notification(std::string_view text);

std::string encode_labels(const Labels& labels);
/// Corrupt when the text is no JSON object of texts.
Result<Labels> decode_labels(std::string_view text);

}  // namespace lapwing::alerting
