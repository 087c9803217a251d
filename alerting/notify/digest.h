// Digest: what several groups have to say to one integration, told at once after a long outage.
#pragma once

#include <span>

#include "alerting/notify/notification.h"

namespace lapwing::alerting {

/// Alerts that one digest lists at most, firing ones first; the others are in no message, but
/// their groups count as told.
inline constexpr std::size_t kDigestAlertLimit = 1'000;
/// The group key of every digest.
inline constexpr std::string_view kDigestGroupKey = "lapwing/digest";

/// All of one integration; at least one. An alert of several groups is listed once. The group
/// labels are those that all groups have alike.
Notification make_digest(std::span<const Notification* const> parts);

}  // namespace lapwing::alerting
