#include "alerting/notify/digest.h"

#include <algorithm>
#include <unordered_set>

#include "alerting/schedule.h"

namespace lapwing::alerting {
namespace {

Labels common_labels(const Labels& a, const Labels& b) {
  std::vector<Label> kept;
  for (const Label label : a)
    if (b.get(label.name) == label.value) kept.push_back(label);
  return Labels::from(std::move(kept));
}

}  // namespace

Notification make_digest(std::span<const Notification* const> parts) {
  Notification digest;
  const Notification& first = *parts.front();
  digest.key = {first.key.receiver, first.key.integration, std::string(kDigestGroupKey)};
  digest.group_labels = first.group_labels;
  digest.group_interval = first.group_interval;
  std::unordered_set<Labels> seen;
  std::string keys;
  for (const Notification* part : parts) {
    digest.created_at = std::max(digest.created_at, part->created_at);
    digest.group_labels = common_labels(digest.group_labels, part->group_labels);
    keys += part->idempotency_key + '\n';
    for (const NotificationAlert& alert : part->alerts)
      if (seen.insert(alert.labels).second) digest.alerts.push_back(alert);
  }
  std::stable_sort(digest.alerts.begin(), digest.alerts.end(), [](const auto& a, const auto& b) {
    if (a.resolved() != b.resolved()) return b.resolved();
    return notification_order(a.labels, b.labels);
  });
  if (digest.alerts.size() > kDigestAlertLimit) digest.alerts.resize(kDigestAlertLimit);
  for (const NotificationAlert& alert : digest.alerts)
    (alert.resolved() ? digest.resolved : digest.firing).push_back(fingerprint(alert.labels));
  std::sort(digest.firing.begin(), digest.firing.end());
  std::sort(digest.resolved.begin(), digest.resolved.end());
  digest.idempotency_key =
      fingerprint_text(fnv1a(keys)) + fingerprint_text(fnv1a(keys, keys.size()));
  return digest;
}

}  // namespace lapwing::alerting
