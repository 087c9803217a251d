// A notification: what a group of alerts has to say to one receiver, and how it is told apart.
#pragma once

#include <cstdint>
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

struct NotificationAlert {
  Labels labels;
  Labels annotations;
  Timestamp starts_at{};
  Timestamp ends_at{};  ///< zero while firing
  std::string generator_url;

  bool resolved() const { return ends_at != Timestamp{}; }
};

/// Alertmanager's order: job, instance, then all labels.
bool notification_order(const Labels& a, const Labels& b);

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

  bool any_firing() const;
};

/// JSON of our own, for state.db.
std::string encode_notification(const Notification& notification);
/// Corrupt when the text is none.
Result<Notification> decode_notification(std::string_view text);

std::string encode_labels(const Labels& labels);
/// Corrupt when the text is no JSON object of texts.
Result<Labels> decode_labels(std::string_view text);

}  // namespace lapwing::alerting
