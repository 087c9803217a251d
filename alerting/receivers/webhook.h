// Webhook receiver: POSTs Alertmanager's JSON, version "4"
// (prometheus.io/docs/alerting/latest/configuration/#webhook_config), or a body of one's own.
#pragma once

#include <cstdint>
#include <string>

#include "alerting/notify/notification.h"

namespace lapwing::alerting {

/// The body. At most `max_alerts` alerts (0: all), the rest is counted in it. Beyond Alertmanager's
/// members a resolved alert of our own rules has `values`: peak, last, recovered, durationSeconds.
std::string webhook_payload(const Notification& notification, const std::string& external_url,
                            std::uint64_t max_alerts);

}  // namespace lapwing::alerting
