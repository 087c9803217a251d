// NotifyAccess: what the API reads of the notification side and may ask of it, as functions, so
// that the dashboard depends on no Notifier. Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "alerting/notify/history.h"
#include "alerting/notify/silence.h"
#include "alerting/status.h"
#include "alerting/update.h"

namespace lapwing::alerting {

struct NotifyAccess {
  std::function<NotifyStatus()> alerts;
  std::function<std::vector<Silence>()> silences;
  /// As Silences::set() and Silences::expire().
  std::function<Result<std::string>(Silence)> set_silence;
  std::function<Result<void>(std::string_view id)> expire_silence;
  /// After how long an alert ends that others told of without an end.
  std::function<Duration()> resolve_timeout;
  /// Alerts that others found. False when the queue is full.
  std::function<bool(std::vector<AlertNotice>)> post;
  /// URLs of those elsewhere that hear of our alerts too.
  std::function<std::vector<std::string>()> alertmanagers;
  /// Newest first.
  std::function<std::vector<HistoryEntry>(HistoryKind)> history;
};

}  // namespace lapwing::alerting
