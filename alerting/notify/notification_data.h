// What a notification's templates see: Alertmanager's data model
// (prometheus.io/docs/alerting/latest/notifications), methods included.
#pragma once

#include <string>
#include <string_view>

#include "alerting/notify/notification.h"
#include "alerting/template/value.h"

namespace lapwing::alerting {

/// The dot: Receiver, Status, Alerts, NotificationReason, GroupLabels, CommonLabels,
/// CommonAnnotations, ExternalURL. At most `max_alerts` alerts (0: all).
TemplateValue notification_data(const Notification& notification, const std::string& external_url,
                                std::uint64_t max_alerts = 0);

/// The same from Alertmanager's JSON, as the webhook sends it and amtool reads it. Invalid when it
/// is none.
Result<TemplateValue> notification_data_from_json(std::string_view json);

}  // namespace lapwing::alerting
